using AVServer.Media;
using AVServer.Speech.Vosk;
using AVServer.TestKit;

namespace AVServer.Speech.Tests;

/// <summary>The recogniser that set-up installs, on real recordings.</summary>
[Trait("Category", "slow")]
public sealed class VoskTests
{
    private const string Sentence = "ravdess/audio/03-01-01-01-01-01-01.opus";
    private const int Step = 1280;

    // One for all tests: loading it is most of their time.
    private static readonly Lazy<VoskTranscriber> Transcriber = new(() => new VoskTranscriber(Model));

    private static string Model => Path.Combine(TestPaths.Models, "vosk-small-en");

    [CorporaFact]
    public async Task Sentence_is_understood_with_the_times_of_its_words_and_again_after_another()
    {
        var samples = await ReadAsync(Sentence);
        using var stream = Transcriber.Value.Open();

        var first = Hear(stream, samples);
        var between = Hear(stream, await ReadAsync("ljspeech_subset/LJ001-0009.opus"));
        var again = Hear(stream, samples);

        Assert.Matches("^kids are talking .* door$", Text(first));
        Assert.Contains("making books", Text(between), StringComparison.Ordinal);
        Assert.Equal(Text(first), Text(again));
        Assert.All(first.Zip(again), pair => Assert.Equal(pair.First.Start.TotalSeconds, pair.Second.Start.TotalSeconds, 0.1));
        Assert.All(first, word => Assert.True(word.Start < word.End && word.Confidence is > 0 and <= 1));
        Assert.All(first.Zip(first.Skip(1)), pair => Assert.True(pair.First.End <= pair.Second.Start));
        Assert.InRange(first[0].Start.TotalSeconds, 0.3, 1.6); // the recording begins with about a second of silence
        Assert.True(first[^1].End.TotalSeconds < samples.Length / 16_000.0);
    }

    [CorporaFact]
    public async Task What_was_understood_so_far_is_told_while_it_is_said()
    {
        var samples = await ReadAsync(Sentence);
        using var stream = Transcriber.Value.Open();

        stream.Accept(samples.AsSpan(0, samples.Length * 3 / 4));

        Assert.StartsWith("kids are", stream.Partial, StringComparison.Ordinal);
        stream.Accept(samples.AsSpan(samples.Length * 3 / 4));
        Assert.Matches("^kids are talking .* door$", Text(stream.Finish()));
        Assert.Equal("", stream.Partial);
    }

    [CorporaFact]
    public async Task Streams_at_once_equal_each_alone()
    {
        var sounds = new[] { await ReadAsync(Sentence), await ReadAsync("ravdess/audio/03-01-05-02-02-01-02.opus") };
        var alone = sounds.Select(sound => Alone(sound)).ToArray();

        using var first = Transcriber.Value.Open();
        using var second = Transcriber.Value.Open();
        for (var at = 0; at < sounds.Max(sound => sound.Length); at += Step)
        {
            Part(first, sounds[0], at);
            Part(second, sounds[1], at);
        }

        Assert.Equal(alone, new[] { Text(first.Finish()), Text(second.Finish()) });
    }

    [Fact]
    public void Silence_has_no_words_and_nothing_has_none_either()
    {
        using var stream = Transcriber.Value.Open();

        Assert.Empty(stream.Finish());
        Assert.Empty(Hear(stream, new float[16_000]));
        Assert.Equal("", stream.Partial);
    }

    [Fact]
    public void Stream_outlives_the_disposal_of_its_transcriber_but_not_its_own()
    {
        var transcriber = new VoskTranscriber(Model);
        var stream = transcriber.Open();
        transcriber.Dispose();

        Assert.Empty(Hear(stream, new float[8_000]));
        stream.Dispose();
        stream.Dispose();
        Assert.Throws<ObjectDisposedException>(() => stream.Accept(new float[1]));
        Assert.Throws<ObjectDisposedException>(() => transcriber.Open());
    }

    [Fact]
    public void Folder_without_a_model_is_told_with_the_remedy()
    {
        using var folder = new TemporaryFolder();
        Assert.Contains(
            "scripts/setup.sh", Assert.Throws<InvalidOperationException>(() => new VoskTranscriber(folder.Path)).Message,
            StringComparison.Ordinal);
    }

    private static string Alone(float[] samples)
    {
        using var stream = Transcriber.Value.Open();
        return Text(Hear(stream, samples));
    }

    private static IReadOnlyList<SpokenWord> Hear(ITranscription stream, float[] samples)
    {
        for (var at = 0; at < samples.Length; at += Step) Part(stream, samples, at);
        return stream.Finish();
    }

    private static void Part(ITranscription stream, float[] samples, int at)
    {
        if (at < samples.Length) stream.Accept(samples.AsSpan(at, Math.Min(Step, samples.Length - at)));
    }

    private static string Text(IEnumerable<SpokenWord> words) => string.Join(' ', words.Select(word => word.Word));

    private static Task<float[]> ReadAsync(string path) =>
        new MediaFile(new MediaOptions()).ReadAudioAsync(Path.Combine(TestPaths.Corpora!, path), 16_000);
}
