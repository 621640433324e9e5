using AVServer.Contracts;
using AVServer.TestKit;

namespace AVServer.Pipeline.Tests;

[Trait("Category", "unit")]
public sealed class StreamPipelineTests
{
    private const int Rate = 16_000;

    [Fact]
    public async Task Loud_burst_in_silence_is_one_event_at_its_time()
    {
        using var test = PipelineUnderTest.WithFakeSpotter();

        var events = await test.RunAsync(Bursts(seed: 1, seconds: 6, 3.0), () => 1280);

        Assert.IsType<OpenedEvent>(events[0]);
        var word = Assert.Single(events.OfType<WakeWordEvent>());
        Assert.InRange(word.End.TotalSeconds, 3.0, 3.3);
        Assert.InRange((word.DetectedAt - word.End).TotalSeconds, 0, 0.1);
        var closed = Assert.IsType<ClosedEvent>(events[^1]);
        Assert.Equal((CloseReason.Completed, 6.0), (closed.Reason, closed.Duration.TotalSeconds));
        Assert.All(events, happened => Assert.Equal("s", happened.StreamId));
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(1, true)]
    public async Task Verifier_that_hesitates_is_decided_by_what_the_first_stage_counts(float weight, bool heard)
    {
        using var test = PipelineUnderTest.WithFakeCascade(new FakeVerifier { Gain = 0, Threshold = 0.75, FirstWeight = weight });

        var events = await test.RunAsync(Bursts(seed: 1, seconds: 6, 3.0), () => 1280);

        var words = events.OfType<WakeWordEvent>().ToArray();
        Assert.Equal(heard ? 1 : 0, words.Length);
        Assert.All(
            words, word => Assert.Equal(
                (0.5f, true), (word.Scores["audio"], word.Posterior >= 0.75f && word.Scores["firstStage"] <= word.Posterior + 1e-5f)));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Any_chunking_gives_the_same_posteriors_and_events(int seed)
    {
        using var test = PipelineUnderTest.WithFakeSpotter();
        var samples = Bursts(seed, seconds: 5, 1.2, 3.1);
        var random = new Random(seed);

        var whole = await test.RunAsync(samples, () => samples.Length);
        var cut = await test.RunAsync(samples, () => random.Next(1, 4000));

        AssertSame(whole, cut, $"seed {seed}");
        Assert.Equal(2, whole.OfType<WakeWordEvent>().Count());
    }

    [Fact]
    public async Task Interleaved_streams_equal_each_alone()
    {
        using var test = PipelineUnderTest.WithFakeSpotter(gate: false);
        var inputs = Enumerable.Range(0, 8).Select(i => Bursts(seed: 10 + i, seconds: 4, 0.5 + (0.3 * i))).ToArray();

        var alone = new List<List<StreamEvent>>();
        foreach (var input in inputs) alone.Add(await test.RunAsync(input, () => 1280));
        var together = await Task.WhenAll(inputs.Select((input, i) => test.RunAsync(input, () => 900 + (77 * i))));

        for (var i = 0; i < inputs.Length; i++) AssertSame(alone[i], together[i], $"stream {i}");
    }

    [Fact]
    public async Task File_scores_as_its_live_stream_does()
    {
        using var test = PipelineUnderTest.WithFakeSpotter();
        var samples = Bursts(seed: 4, seconds: 5, 2.0);
        var path = Path.Combine(Path.GetTempPath(), $"avserver-{Guid.NewGuid():n}.wav");
        try
        {
            File.WriteAllBytes(path, Wave.Of(samples));

            var report = await test.Pipeline.ScoreFileAsync(path, new ScoreRequest("burst.wav", Posteriors: true), CancellationToken.None);
            var live = await test.RunAsync(samples, () => 1600);

            Assert.Equal(("burst.wav", 5.0), (report.File, report.DurationSeconds));
            Assert.Equal(live.OfType<WakeWordEvent>().Select(Identity), report.Events.OfType<WakeWordEvent>().Select(Identity));
            var curve = Assert.Single(report.Posteriors!);
            Assert.All(PipelineUnderTest.Posteriors(live).Zip(curve.Values), pair => Assert.Equal(pair.First, pair.Second, 1e-5f));
            Assert.Equal(curve.Values.Max(), report.MaxPosterior["computer"]);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Theory]
    [InlineData(2.04)]
    [InlineData(2.1)]
    [InlineData(2.2)]
    public async Task Word_that_the_end_of_the_sound_cuts_ends_no_later_than_the_sound(double seconds)
    {
        using var test = PipelineUnderTest.WithFakeSpotter();

        var events = await test.RunAsync(Bursts(seed: 7, seconds, 2.0), () => 1280);

        var word = Assert.Single(events.OfType<WakeWordEvent>());
        Assert.InRange(word.End.TotalSeconds, 2.0, seconds);
        Assert.InRange(word.DetectedAt.TotalSeconds, word.End.TotalSeconds, seconds);
        Assert.True(word.Start < word.End);
    }

    [Fact]
    public async Task Cut_file_is_scored_with_a_warning_and_its_stream_tells_the_same()
    {
        using var test = PipelineUnderTest.WithFakeSpotter();
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "cut.wav");
        var bytes = Wave.Of(Bursts(seed: 8, seconds: 5, 1.0))[..(44 + (3 * Rate * 4))];
        File.WriteAllBytes(path, bytes);

        var report = await test.ScoreAsync(path);
        var chunk = new MediaChunk(MediaKind.Container, TimeSpan.Zero, bytes);
        var live = await test.RunAsync(new MediaHello(1, Container: "wav"), new[] { chunk }.ToAsyncEnumerable());

        var warning = Assert.Single(report.Warnings!);
        Assert.Equal(WarningCodes.EndsEarly, warning.Code);
        Assert.Contains("5.00 s long, 3.00 s", warning.Message);
        Assert.Equal((warning.Code, warning.Message), Assert.Single(live.OfType<WarningEvent>().Select(told => (told.Code, told.Message))));
        Assert.Equal(CloseReason.Completed, Assert.IsType<ClosedEvent>(live[^1]).Reason);
        Assert.Single(report.Events.OfType<WakeWordEvent>());
        Assert.Empty(report.Events.OfType<WarningEvent>());
    }

    [Fact]
    public async Task File_of_floats_above_full_scale_gives_what_the_same_samples_give_raw()
    {
        using var test = PipelineUnderTest.WithFakeSpotter();
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "loud.wav");
        float[] samples = [.. Bursts(seed: 9, seconds: 5, 2.0).Select(sample => sample * 8)];
        File.WriteAllBytes(path, Wave.Of(samples));

        var report = await test.ScoreAsync(path);
        var live = await test.RunAsync(samples, () => 1600);

        Assert.Equal(live.OfType<WakeWordEvent>().Select(Identity), report.Events.OfType<WakeWordEvent>().Select(Identity));
        Assert.All(
            PipelineUnderTest.Posteriors(live).Zip(report.Posteriors![0].Values), pair => Assert.Equal(pair.First, pair.Second, 1e-5f));
    }

    [Theory]
    [InlineData(8_000)]
    [InlineData(44_100)]
    [InlineData(48_000)]
    public async Task Other_sample_rates_give_the_event_at_the_same_time(int rate)
    {
        using var test = PipelineUnderTest.WithFakeSpotter();

        var events = await test.RunAsync(Bursts(seed: 5, seconds: 5, rate, 2.5), () => rate / 10, rate);

        Assert.InRange(Assert.Single(events.OfType<WakeWordEvent>()).End.TotalSeconds, 2.5, 2.8);
    }

    [Fact]
    public async Task Silence_keeps_the_gate_closed()
    {
        using var test = PipelineUnderTest.WithFakeSpotter();

        var events = await test.RunAsync(new float[Rate * 8], () => 1280);

        Assert.DoesNotContain(events.OfType<TelemetryEvent>().Skip(20), telemetry => telemetry.GateOpen);
        Assert.Empty(events.OfType<WakeWordEvent>());
    }

    [Fact]
    public async Task Hello_without_media_is_a_fault_that_says_so()
    {
        using var test = PipelineUnderTest.WithFakeSpotter();
        var request = new StreamRequest("s", new MediaHello(MediaHello.CurrentProtocol));
        var events = new List<StreamEvent>();

        await foreach (var happened in test.Pipeline.RunAsync(request, PipelineUnderTest.Chunks([], () => 1, Rate), CancellationToken.None))
            events.Add(happened);

        Assert.Equal(FaultCodes.BadHello, Assert.Single(events.OfType<FaultEvent>()).Code);
        Assert.Equal(CloseReason.Faulted, Assert.IsType<ClosedEvent>(events[^1]).Reason);
    }

    [Fact]
    public async Task Unknown_model_is_named_with_those_that_there_are()
    {
        using var test = PipelineUnderTest.WithFakeSpotter();

        var thrown = await Assert.ThrowsAsync<Runtime.UnknownModelException>(() =>
            test.Pipeline.ScoreFileAsync("absent.wav", new ScoreRequest("absent.wav", Model: "no-such"), CancellationToken.None));

        Assert.Contains("fake-spotter", thrown.Message, StringComparison.Ordinal);
    }

    /// <summary>Faint noise with loud bursts of 0.3 s at the given times.</summary>
    private static float[] Bursts(int seed, double seconds, params double[] at) => Bursts(seed, seconds, Rate, at);

    private static float[] Bursts(int seed, double seconds, int rate, params double[] at)
    {
        var random = new Random(seed);
        var samples = new float[(int)(seconds * rate)];
        for (var i = 0; i < samples.Length; i++)
        {
            var time = (double)i / rate;
            var level = at.Any(start => time >= start && time < start + 0.3) ? 0.5 : 0.0005;
            // Whole sixteen-bit steps: a file is decoded to those, whatever it holds.
            samples[i] = (float)(Math.Round(32768 * level * ((2 * random.NextDouble()) - 1)) / 32768);
        }
        return samples;
    }

    private static void AssertSame(List<StreamEvent> expected, List<StreamEvent> got, string what)
    {
        Assert.Equal(expected.OfType<WakeWordEvent>().Select(Identity), got.OfType<WakeWordEvent>().Select(Identity));
        var (a, b) = (PipelineUnderTest.Posteriors(expected), PipelineUnderTest.Posteriors(got));
        Assert.True(a.Length == b.Length, $"{what}: {a.Length} and {b.Length} posteriors");
        for (var i = 0; i < a.Length; i++) Assert.True(Math.Abs(a[i] - b[i]) <= 1e-5f, $"{what}: posterior {i} is {a[i]} and {b[i]}");
    }

    private static (string, TimeSpan, TimeSpan, TimeSpan) Identity(WakeWordEvent word) =>
        (word.Keyword, word.Start, word.End, word.DetectedAt);
}
