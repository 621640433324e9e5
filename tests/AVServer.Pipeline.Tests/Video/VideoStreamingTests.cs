using AVServer.Contracts;
using AVServer.TestKit;

namespace AVServer.Pipeline.Tests.Video;

/// <summary>What holds for streams with pictures as it does for sound: chunking, isolation, bad input, bounds.</summary>
[Trait("Category", "slow")]
public sealed class VideoStreamingTests : IDisposable
{
    private readonly GridMedia _media = new();

    public void Dispose() => _media.Dispose();

    [CorporaFact]
    public async Task Container_in_any_chunking_gives_what_the_file_gives()
    {
        using var test = PipelineUnderTest.WithAudioVisual(Fake);
        var path = GridMedia.Clip("s2");
        var report = await test.ScoreAsync(path);
        Assert.Contains(report.Events, happened => happened is WakeWordEvent { Modality: Modality.AudioVisual });
        for (var seed = 1; seed <= 3; seed++)
        {
            var random = new Random(seed);

            var live = await test.RunAsync(
                new MediaHello(MediaHello.CurrentProtocol, Container: "matroska"), GridMedia.Chunks(path, () => random.Next(1, 30_000)));

            AssertSame(report.Events, live, $"seed {seed}");
        }
    }

    [CorporaFact]
    public async Task Camera_gives_the_same_however_sound_is_cut_and_pictures_lag()
    {
        using var test = PipelineUnderTest.WithAudioVisual(Fake);
        var path = GridMedia.Clip("s4");
        var together = await test.RunAsync(GridMedia.CameraHello, Each(await _media.AsCameraAsync(path)));
        Assert.Contains(together, happened => happened is WakeWordEvent { Modality: Modality.AudioVisual });
        foreach (var (seconds, lag) in ((double, double)[])[(0.02, 0.3), (1, 0), (0.5, 0.7), (0.05, -0.5)])
        {
            var apart = await test.RunAsync(GridMedia.CameraHello, Each(await _media.AsCameraAsync(path, seconds, lag)));

            AssertSame(together, apart, $"{seconds} s, {lag} s later");
        }
    }

    [CorporaFact]
    public async Task Interleaved_streams_equal_each_alone()
    {
        using var test = PipelineUnderTest.WithAudioVisual(Fake with { LipWeight = 5 });
        var inputs = new List<List<MediaChunk>>();
        foreach (var talker in (string[])["s2", "s3", "s5"]) inputs.Add(await _media.AsCameraAsync(GridMedia.Clip(talker)));
        var alone = new List<List<StreamEvent>>();
        foreach (var input in inputs) alone.Add(await test.RunAsync(GridMedia.CameraHello, Each(input)));

        var together = await Task.WhenAll(inputs.Select((input, i) => test.RunAsync(GridMedia.CameraHello, Each(input))));

        for (var i = 0; i < inputs.Count; i++) AssertSame(alone[i], together[i], $"stream {i}");
        Assert.Equal(3, alone.Select(events => events.OfType<FaceEvent>().First(face => face.Visible).Box).Distinct().Count());
    }

    [CorporaFact]
    public async Task Damaged_pictures_are_a_gap_and_the_rest_is_read()
    {
        using var test = PipelineUnderTest.WithAudioVisual(Fake);
        var chunks = await _media.AsCameraAsync(GridMedia.Clip("s2"));
        for (var i = 0; i < chunks.Count; i++)
        {
            if (chunks[i].Kind != MediaKind.Video || chunks[i].Time.TotalSeconds is < 0.9 or > 1.1) continue;
            var damaged = chunks[i].Payload.ToArray();
            // the Huffman tables: without them nothing can be decoded
            var table = damaged.AsSpan().IndexOf((ReadOnlySpan<byte>)[0xFF, 0xC4]);
            damaged.AsSpan(table + 4, 40).Fill(0xFF);
            chunks[i] = chunks[i] with { Payload = damaged };
        }

        var events = await test.RunAsync(GridMedia.CameraHello, Each(chunks));

        var gap = Assert.Single(events.OfType<GapEvent>());
        Assert.Equal((MediaKind.Video, GapReason.Undecodable), (gap.Kind, gap.Reason));
        Assert.Equal(0.92, gap.Start.TotalSeconds, 0.05);
        Assert.Equal(0.2, gap.Duration.TotalSeconds, 0.05);
        Assert.Equal(Modality.AudioVisual, Assert.Single(events.OfType<WakeWordEvent>()).Modality);
        Assert.Equal(CloseReason.Completed, Assert.IsType<ClosedEvent>(events[^1]).Reason);
    }

    [CorporaFact]
    public async Task Bytes_that_are_no_picture_are_a_fault_that_says_so()
    {
        using var test = PipelineUnderTest.WithAudioVisual(Fake);
        var chunks = new List<MediaChunk> { new(MediaKind.Video, TimeSpan.Zero, new byte[500]) };

        var events = await test.RunAsync(GridMedia.CameraHello, Each(chunks));

        Assert.Equal(FaultCodes.BadChunk, Assert.Single(events.OfType<FaultEvent>()).Code);
    }

    [CorporaFact]
    public async Task Live_pictures_that_come_faster_than_they_can_be_seen_are_dropped_and_told()
    {
        using var test = PipelineUnderTest.WithAudioVisual(new HastyClock(), Fake);
        var jpegs = _media.Jpegs(GridMedia.Clip("s2"));
        var chunks = Enumerable.Range(0, 300)
            .Select(i => new MediaChunk(MediaKind.Video, TimeSpan.FromMilliseconds(40 * i), jpegs[i % jpegs.Length]));

        var events = await test.RunAsync(new MediaHello(MediaHello.CurrentProtocol, Video: new VideoFormat()), Each(chunks));

        var gaps = events.OfType<GapEvent>().ToList();
        Assert.All(gaps, gap => Assert.Equal((MediaKind.Video, GapReason.DroppedWhenBusy), (gap.Kind, gap.Reason)));
        Assert.True(gaps.Sum(gap => gap.Duration.TotalSeconds) > 1, $"{gaps.Count} gaps");
        Assert.Equal(CloseReason.Completed, Assert.IsType<ClosedEvent>(events[^1]).Reason);
    }

    [CorporaFact]
    public async Task Pictures_that_stop_leave_the_sound_to_go_on_alone()
    {
        using var test = PipelineUnderTest.WithAudioVisual(Fake);
        var two = _media.Join(GridMedia.Clip("s2"), GridMedia.Clip("s2", 1));
        var chunks = (await _media.AsCameraAsync(two)).Where(chunk => chunk.Kind == MediaKind.Audio || chunk.Time < TimeSpan.FromSeconds(3))
            .ToList();

        var events = await test.RunAsync(GridMedia.CameraHello, Each(chunks));

        Assert.Equal([Modality.AudioVisual, Modality.Audio], events.OfType<WakeWordEvent>().Select(word => word.Modality));
        Assert.False(events.OfType<FaceEvent>().Last().Visible);
    }

    [CorporaFact]
    public async Task File_that_is_sent_as_fast_as_it_can_be_waits_and_loses_nothing()
    {
        using var test = PipelineUnderTest.WithAudioVisual(new HaltedClock(), Fake);
        var path = GridMedia.Clip("s2");

        var events = await test.RunAsync(
            new MediaHello(MediaHello.CurrentProtocol, Container: "matroska"), GridMedia.Chunks(path, () => 100_000));

        Assert.Empty(events.OfType<GapEvent>());
        AssertSame((await test.ScoreAsync(path)).Events, events, "as fast as it can be");
    }

    /// <summary>An hour passes in a second or two: whatever comes seems late.</summary>
    private sealed class HastyClock : TimeProvider
    {
        public override long GetTimestamp() => base.GetTimestamp() * 3600;
    }

    /// <summary>No time passes: whatever comes seems to come faster than its own time.</summary>
    private sealed class HaltedClock : TimeProvider
    {
        public override long GetTimestamp() => 0;
    }

    private static FakeAudioVisual Fake { get; } = new() { AudioCentre = 1, Gain = 2 };

    private static async IAsyncEnumerable<MediaChunk> Each(IEnumerable<MediaChunk> chunks)
    {
        foreach (var chunk in chunks)
        {
            yield return chunk;
            await Task.Yield();
        }
    }

    /// <summary>Words and faces, each in their order; how the two lie between each other depends on when media arrives.</summary>
    private static void AssertSame(IReadOnlyList<StreamEvent> expected, IReadOnlyList<StreamEvent> got, string what)
    {
        Assert.True(
            expected.OfType<WakeWordEvent>().Select(Identity).SequenceEqual(got.OfType<WakeWordEvent>().Select(Identity)),
            $"{what}: other words");
        Assert.True(
            expected.OfType<FaceEvent>().Select(Identity).SequenceEqual(got.OfType<FaceEvent>().Select(Identity)), $"{what}: other faces");
        Assert.All(
            expected.OfType<WakeWordEvent>().Zip(got.OfType<WakeWordEvent>()),
            pair => Assert.All(pair.First.Scores, score => Assert.Equal(score.Value, pair.Second.Scores[score.Key], 1e-5f)));
    }

    private static (string, TimeSpan, TimeSpan, TimeSpan, Modality) Identity(WakeWordEvent word) =>
        (word.Keyword, word.Start, word.End, word.DetectedAt, word.Modality);

    private static (TimeSpan, bool, int?, PictureBox?, LipQuality?, bool?) Identity(FaceEvent face) =>
        (face.Time, face.Visible, face.Face, face.Box, face.Quality, face.LipsMove);
}
