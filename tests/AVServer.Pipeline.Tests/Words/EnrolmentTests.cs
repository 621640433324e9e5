using AVServer.Contracts;
using AVServer.TestKit;
using Microsoft.Extensions.DependencyInjection;

namespace AVServer.Pipeline.Tests.Words;

/// <summary>Words that one person recorded: he is found better, and what isn't the word is refused.</summary>
[Trait("Category", "slow")]
public sealed class EnrolmentTests(EnrolmentTests.Listening listening) : IClassFixture<EnrolmentTests.Listening>
{
    private const string Word = "hey chatterbox";
    private const string Person = "ovos_wakewords/wake-words/en/hey_chatterbox/heychatterbox_ptspeaker*";
    private const string Others = "picovoice_wakeword/snowboy/*";

    [CorporaFact]
    public async Task Recording_that_was_left_out_is_found_with_more_to_spare()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "keywords.json");
        double threshold;
        await using (var services = Services(path))
        {
            var registry = services.GetRequiredService<IKeywordRegistry>();
            Assert.Null(await registry.EnrolAsync(Word, Recordings(Person, 0, 3), CancellationToken.None));
            var byText = await registry.AddAsync(new KeywordRequest(Word), CancellationToken.None);
            var enrolled = (await registry.EnrolAsync(Word, Recordings(Person, 0, 3), CancellationToken.None))!;
            Assert.Equal(3, enrolled.Enrolment!.Recordings.Count);
            Assert.All(enrolled.Enrolment.Recordings, each => Assert.True(each.ByOthers > each.ByText + 0.5, $"{each}"));
            Assert.NotEqual(byText.Calibration.Threshold, enrolled.Calibration.Threshold);

            // Another target leaves what was recorded, and so does a restart.
            var stricter = await registry.AddAsync(new KeywordRequest(Word, 0.1), CancellationToken.None);
            Assert.Equal(3, stricter.Enrolment!.Recordings.Count);
            Assert.True(stricter.Calibration.Threshold > enrolled.Calibration.Threshold);
            threshold = stricter.Calibration.Threshold;
        }
        Assert.DoesNotContain("pcm", await File.ReadAllTextAsync(path), StringComparison.OrdinalIgnoreCase);
        await using var again = Services(path);
        var kept = again.GetRequiredService<IKeywordRegistry>();
        Assert.Equal(threshold, kept.Find(Word)!.Calibration.Threshold);
        Assert.True(await kept.ForgetRecordingsAsync(Word, CancellationToken.None));
        Assert.False(await kept.ForgetRecordingsAsync(Word, CancellationToken.None));
        Assert.Null(kept.Find(Word)!.Enrolment);
        Assert.NotEqual(threshold, kept.Find(Word)!.Calibration.Threshold);
        Assert.DoesNotContain("examples", await File.ReadAllTextAsync(path), StringComparison.Ordinal);
    }

    [CorporaFact]
    public async Task Recordings_without_the_word_are_refused_by_name_and_change_nothing()
    {
        KeywordRecording[] mixed = [.. Recordings(Person, 0, 2), .. Recordings(Others, 0, 2)];
        var error = await RefusedAsync(mixed);
        Assert.All(mixed[2..], recording => Assert.Contains(recording.Name, error.Message, StringComparison.Ordinal));
        Assert.All(mixed[..2], recording => Assert.DoesNotContain(recording.Name, error.Message, StringComparison.Ordinal));
        Assert.Null(listening.Registry.Find(Word)!.Enrolment);
    }

    [CorporaFact]
    public async Task Word_that_was_recorded_is_told_with_its_likeness_to_the_recordings()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "keywords.json");
        await using (var services = Services(path))
        {
            var registry = services.GetRequiredService<IKeywordRegistry>();
            await registry.AddAsync(new KeywordRequest(Word), CancellationToken.None);
            await registry.EnrolAsync(Word, Recordings(Person, 0, 3), CancellationToken.None);
        }
        using var test = PipelineUnderTest.WithShippedModels(("Keywords:Shipped", "false"), ("Keywords:Path", path));
        var report = await test.ScoreAsync(Recordings(Person, 5, 1)[0].Path);
        var word = Assert.Single(report.Events.OfType<WakeWordEvent>(), word => word.Keyword == Word);
        Assert.InRange(word.Scores!["recordings"], 0.1f, 1);
        Assert.Empty((await test.ScoreAsync(Recordings(Others, 7, 1)[0].Path)).Events.OfType<WakeWordEvent>());
    }

    [Theory]
    [InlineData(2, 1, "3 to 10 recordings, got 2")]
    [InlineData(11, 1, "3 to 10 recordings, got 11")]
    [InlineData(3, 0.1, "0.3 to 10 seconds")]
    [InlineData(3, 11, "0.3 to 10 seconds")]
    [InlineData(3, 1, "didn't hear it in")]
    public async Task What_is_no_recording_of_a_word_is_refused_with_a_reason(int count, double seconds, string reason)
    {
        using var folder = new TemporaryFolder();
        var silence = Path.Combine(folder.Path, "silence.wav");
        await File.WriteAllBytesAsync(silence, Wave.Of(new float[(int)(16_000 * seconds)]));
        var recordings = Enumerable.Range(0, count).Select(i => new KeywordRecording($"{i}.wav", silence)).ToArray();
        var error = await RefusedAsync(recordings);
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task File_that_is_no_media_is_named()
    {
        using var folder = new TemporaryFolder();
        var text = Path.Combine(folder.Path, "a.txt");
        await File.WriteAllTextAsync(text, "marvin, marvin, marvin");
        var recordings = Enumerable.Range(0, 3).Select(_ => new KeywordRecording("a.txt", text)).ToArray();
        var error = await RefusedAsync(recordings);
        Assert.StartsWith("a.txt: Expected a media file", error.Message, StringComparison.Ordinal);
    }

    private Task<KeywordException> RefusedAsync(KeywordRecording[] recordings) =>
        Assert.ThrowsAsync<KeywordException>(() => listening.Registry.EnrolAsync(Word, recordings, CancellationToken.None));

    private static KeywordRecording[] Recordings(string pattern, int first, int count)
    {
        var folder = Path.Combine(TestPaths.Corpora!, Path.GetDirectoryName(pattern)!);
        var files = Directory.GetFiles(folder, Path.GetFileName(pattern)).Order(StringComparer.Ordinal).Skip(first).Take(count);
        return [.. files.Select(file => new KeywordRecording(Path.GetFileName(file), file))];
    }

    private static ServiceProvider Services(string? path = null) =>
        PipelineServices.BuildPipeline(
            TestPaths.Models, new("Keywords:Shipped", "false"), new("Keywords:Path", path),
            new("Keywords:MeasuredPath", TestPaths.Measured));

    /// <summary>Listens for the word by its text, for those who are refused.</summary>
    public sealed class Listening : IAsyncLifetime
    {
        private readonly ServiceProvider _services = Services();

        public IKeywordRegistry Registry => _services.GetRequiredService<IKeywordRegistry>();

        public async ValueTask InitializeAsync() => await Registry.AddAsync(new KeywordRequest(Word), CancellationToken.None);

        public ValueTask DisposeAsync() => _services.DisposeAsync();
    }
}
