using AVServer.Contracts;
using AVServer.Media;
using AVServer.TestKit;

namespace AVServer.Pipeline.Tests.Speech;

/// <summary>
/// The shipped emotion model, Vosk and voice activity on real recordings, the odd ones among them: the output has to be sensible, whatever
/// they express.
/// </summary>
[Trait("Category", "slow")]
public sealed class ShippedSpeechTests(ShippedSpeechTests.Shared shared) : IClassFixture<ShippedSpeechTests.Shared>
{
    private const int Rate = 16_000;

    [CorporaFact]
    public async Task English_sentence_is_one_utterance_with_its_words_and_posteriors()
    {
        var report = await ScoreAsync("ravdess/audio/03-01-05-02-01-01-02.opus");

        var segment = Assert.Single(report.Segments!);
        AssertSensible(report);
        Assert.Contains("door", segment.Text, StringComparison.Ordinal);
        Assert.Contains(report.Events.OfType<EmotionEvent>(), emotion => emotion.Valence is not null);
        Assert.InRange((segment.End - segment.Start).TotalSeconds, 1, 4);
        Assert.Contains(report.Events.OfType<EmotionEvent>(), emotion => !emotion.Final);
    }

    [CorporaFact]
    public async Task Another_language_is_judged_by_its_sound()
    {
        var report = await ScoreAsync("emodb/audio/03a01Wa.opus");

        AssertSensible(report);
        Assert.NotEmpty(report.Segments!);
    }

    [CorporaFact]
    public async Task Music_is_nobody_speaking()
    {
        var report = await ScoreAsync("noise_misc/moh_macroform-the_simplicity.opus", seconds: 60);

        Assert.True(report.Segments!.Count <= 1, $"{report.Segments.Count} utterances in a minute of music without voices");
        AssertSensible(report);
    }

    [CorporaFact]
    public async Task Noise_is_nobody_speaking()
    {
        var report = await ScoreAsync("noise_gsc_background/doing_the_dishes.opus", seconds: 40);

        // A clatter may pass for a short voice; it has no words.
        Assert.True(report.Segments!.Count <= 1, $"{report.Segments.Count} utterances in forty seconds of dishes");
        Assert.All(report.Segments!, segment => Assert.Null(segment.Text));
    }

    [CorporaTheory]
    [InlineData("noise_gsc_background")]
    [InlineData("noise_misc")]
    public async Task Noise_and_music_get_no_label_but_unsure(string set)
    {
        foreach (var path in Directory.GetFiles(Path.Combine(TestPaths.Corpora!, set), "*.opus").Order(StringComparer.Ordinal))
        {
            var report = await ScoreAsync(Path.Combine(set, Path.GetFileName(path)), seconds: 45);
            Assert.All(report.Events.OfType<EmotionEvent>(), emotion => Assert.Equal((path, EmotionEvent.Unsure), (path, emotion.Label)));
        }
    }

    [CorporaFact]
    public async Task Shout_that_clips_is_still_speech()
    {
        var report = await ScoreAsync("ravdess/audio/03-01-05-02-01-01-02.opus", change: samples =>
        {
            var gain = 12 / samples.Max(Math.Abs);
            for (var i = 0; i < samples.Length; i++) samples[i] = Math.Clamp(samples[i] * gain, -1, 0.9999f);
        });

        Assert.NotEmpty(report.Segments!);
        AssertSensible(report);
    }

    /// <summary>The voice taken out: noise in the place of the vocal folds' tone, under the spectrum's own envelope.</summary>
    [CorporaFact]
    public async Task Whisper_is_judged_or_left_alone_but_never_breaks()
    {
        var random = new Random(1);
        var report = await ScoreAsync("ravdess/audio/03-01-02-02-01-01-02.opus", change: samples => Whisper(samples, random));

        AssertSensible(report);
    }

    [CorporaFact]
    public async Task Three_tenths_of_a_second_give_at_most_one_estimate()
    {
        var report = await ScoreAsync("gsc_v1_sample300/bed/62581901_nohash_0.opus", seconds: 0.7);

        Assert.True(report.Segments!.Count <= 1);
        AssertSensible(report);
    }

    [CorporaFact]
    public async Task Three_minutes_of_reading_are_cut_into_utterances_that_cover_it()
    {
        var samples = new List<float>();
        foreach (var path in Directory.GetFiles(Path.Combine(TestPaths.Corpora!, "ljspeech_subset"), "*.opus")
            .Order(StringComparer.Ordinal))
        {
            if (samples.Count >= 180 * Rate) break;
            samples.AddRange(await new MediaFile(new MediaOptions()).ReadAudioAsync(path, Rate));
        }
        var report = await ScoreAsync([.. samples]);

        AssertSensible(report);
        var spoken = report.Segments!.Sum(segment => (segment.End - segment.Start).TotalSeconds);
        Assert.InRange(spoken / (samples.Count / (double)Rate), 0.75, 1.3); // overlaps count twice
        Assert.All(report.Segments!, segment => Assert.InRange((segment.End - segment.Start).TotalSeconds, 0.15, 7.6));
        Assert.True(
            report.Segments!.Count(segment => segment.Text is not null) > 0.8 * report.Segments!.Count, "most utterances have words");
        Assert.True(
            string.Join(' ', report.Segments!.Select(segment => segment.Text)).Split(' ').Length > 300,
            "three minutes hold more than 300 words");
    }

    private static void AssertSensible(ScoreReport report)
    {
        foreach (var emotion in report.Events.OfType<EmotionEvent>())
        {
            Assert.Equal(1, emotion.Posteriors.Values.Sum(), 1e-3f);
            Assert.All(emotion.Posteriors.Values, share => Assert.InRange(share, 0, 1));
            Assert.True(
                emotion.Label == EmotionEvent.Unsure || emotion.Posteriors[emotion.Label] >= emotion.Posteriors.Values.Max() - 1e-6f);
            Assert.True(emotion.Start < emotion.End && emotion.End <= emotion.EstimatedAt + TimeSpan.FromMilliseconds(1));
            Assert.Equal(emotion.Label == EmotionEvent.Unsure, emotion.Reason is not null);
            var isJudged = emotion.Reason is null or UnsureReason.Unlikely;
            Assert.Equal((isJudged, isJudged), (emotion.Valence is not null, emotion.Arousal is not null));
            if (isJudged) Assert.InRange(Math.Sqrt(Math.Pow(emotion.Valence!.Value, 2) + Math.Pow(emotion.Arousal!.Value, 2)), 0, 1.0001);
        }
        Assert.DoesNotContain(report.Events, happened => happened is FaultEvent);
    }

    private static void Whisper(float[] samples, Random random)
    {
        // Second-order prediction keeps the tilt, noise of the same level replaces what it can't predict.
        const int Block = 320;
        for (var at = 0; at + Block <= samples.Length; at += Block)
        {
            var block = samples.AsSpan(at, Block);
            double power = 0, lag = 0;
            for (var i = 1; i < Block; i++) (power, lag) = (power + (block[i] * block[i]), lag + (block[i] * block[i - 1]));
            var (tilt, level) = (power > 0 ? 0.9 * lag / power : 0, Math.Sqrt(power / Block));
            double before = 0;
            for (var i = 0; i < Block; i++)
                block[i] =
                    (float)(before = (tilt * before) + (level * Math.Sqrt(1 - (tilt * tilt)) * ((2 * random.NextDouble()) - 1) * 1.7));
        }
    }

    private async Task<ScoreReport> ScoreAsync(string path, double? seconds = null, Action<float[]>? change = null)
    {
        var samples = await new MediaFile(new MediaOptions()).ReadAudioAsync(Path.Combine(TestPaths.Corpora!, path), Rate);
        if (seconds is { } cut) samples = samples[..Math.Min(samples.Length, (int)(cut * Rate))];
        change?.Invoke(samples);
        return await ScoreAsync(samples);
    }

    private async Task<ScoreReport> ScoreAsync(float[] samples)
    {
        using var folder = new TemporaryFolder();
        var file = Path.Combine(folder.Path, "sound.wav");
        await File.WriteAllBytesAsync(file, Wave.Of(samples));
        return await shared.Test.Pipeline.ScoreFileAsync(file, new ScoreRequest("sound.wav"), CancellationToken.None);
    }

    /// <summary>The models, loaded once for all of these tests.</summary>
    public sealed class Shared : IDisposable
    {
        public PipelineUnderTest Test { get; } = PipelineUnderTest.WithShippedModels(
            ("Emotion:Purpose", "test"), ("Pipeline:Keywords:0:Model", "computer-spotter"));

        public void Dispose() => Test.Dispose();
    }
}
