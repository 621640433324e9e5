using AVServer.Contracts;
using AVServer.TestKit;

namespace AVServer.Pipeline.Tests.Speech;

/// <summary>Emotion and speech on streams, with an emotion model and a recogniser that can be computed by hand.</summary>
[Trait("Category", "unit")]
public sealed class SpeechStreamTests
{
    [Fact]
    public async Task Utterance_is_estimated_each_second_and_at_its_end_with_its_words()
    {
        using var test = PipelineUnderTest.WithEmotion(new FakeTranscriber());

        var events = await test.RunAsync(Talk.Create(8, 8, (2, 3.4)), () => 1280);

        var running = events.OfType<EmotionEvent>().Where(emotion => !emotion.Final).ToArray();
        var final = Assert.Single(events.OfType<EmotionEvent>(), emotion => emotion.Final);
        var speech = Assert.Single(events.OfType<SpeechEvent>());
        Assert.InRange(running.Length, 2, 4);
        Assert.All(
            running, (emotion, i) => Assert.Equal(
                (final.Start, 1.0 + i, null), (emotion.Start, Math.Round((emotion.End - emotion.Start).TotalSeconds, 1), emotion.Text)));
        Assert.InRange(final.Start.TotalSeconds, 1.7, 2.4);
        Assert.InRange(final.End.TotalSeconds, 5.2, 5.8);
        Assert.InRange((final.EstimatedAt - final.End).TotalSeconds, 0, 0.4);
        Assert.Equal((final.Start, final.End, final.Text), (speech.Start, speech.End, speech.Text));
        Assert.True(events.IndexOf(speech) < events.IndexOf(final));
        Assert.All(speech.Words!, word => Assert.True(word.Start >= speech.Start && word.End <= speech.End + TimeSpan.FromSeconds(0.5)));
        Assert.Equal(FakeEmotion.Labels, final.Posteriors.Keys);
        Assert.Equal(1, final.Posteriors.Values.Sum(), 1e-4f);
        Assert.Equal(new ModelReference("emotion", "1.0.0"), final.Model);
        Assert.Contains(final.Model, Assert.IsType<OpenedEvent>(events[0]).Models);
        Assert.Contains("not of what the speaker feels", final.Notice, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Any_chunking_gives_the_same_events_and_so_does_the_file(int seed)
    {
        using var test = PipelineUnderTest.WithEmotion(new FakeTranscriber());
        var samples = Talk.Create(seed, 16, (0.5, 2.2), (4, 0.4), (6, 9.2));
        var random = new Random(seed);

        var whole = await test.RunAsync(samples, () => samples.Length);
        var cut = await test.RunAsync(samples, () => random.Next(1, 4000));

        Assert.Equal(Talk.Identity(whole), Talk.Identity(cut));
        Assert.True(whole.OfType<EmotionEvent>().Count(emotion => emotion.Final) >= 3);
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "talk.wav");
        File.WriteAllBytes(path, Wave.Of(samples));
        var report = await test.ScoreAsync(path);
        Assert.Equal(Talk.Identity(whole), Talk.Identity(report.Events));
        Assert.Equal(
            whole.OfType<EmotionEvent>().Where(emotion => emotion.Final).Select(emotion => (emotion.Start, emotion.Label)),
            report.Segments!.Select(segment => (segment.Start, segment.Label!)));
        Assert.All(report.Segments!, segment => Assert.Equal(4, segment.Posteriors!.Count));
    }

    [Fact]
    public async Task Interleaved_streams_equal_each_alone()
    {
        var transcriber = new FakeTranscriber();
        using var test = PipelineUnderTest.WithEmotion(transcriber);
        var inputs = Enumerable.Range(0, 5).Select(i => Talk.Create(20 + i, 6, (0.4 + (0.3 * i), 2 + (0.5 * i)))).ToArray();

        var alone = new List<IEnumerable<string>>();
        foreach (var input in inputs) alone.Add(Talk.Identity(await test.RunAsync(input, () => 1280)).ToList());
        var together = await Task.WhenAll(inputs.Select((input, i) => test.RunAsync(input, () => 900 + (77 * i))));

        for (var i = 0; i < inputs.Length; i++) Assert.Equal(alone[i], Talk.Identity(together[i]));
        Assert.Equal(0, transcriber.Open); // each stream's ear went with it
    }

    [Fact]
    public async Task Wake_words_are_the_same_with_and_without_emotion()
    {
        using var with = PipelineUnderTest.WithEmotion(new FakeTranscriber());
        using var without = PipelineUnderTest.WithEmotion(purpose: null);
        var samples = Talk.Create(4, 9, (1, 2), (5, 3));
        for (var i = 0; i < samples.Length; i++) samples[i] *= 1.5f;

        var (a, b) = (await with.RunAsync(samples, () => 1600), await without.RunAsync(samples, () => 1600));

        Assert.NotEmpty(a.OfType<EmotionEvent>());
        Assert.NotEmpty(b.OfType<WakeWordEvent>());
        Assert.Equal(
            b.OfType<WakeWordEvent>().Select(word => (word.Start, word.End)),
            a.OfType<WakeWordEvent>().Select(word => (word.Start, word.End)));
        Assert.All(
            PipelineUnderTest.Posteriors(b).Zip(PipelineUnderTest.Posteriors(a)), pair => Assert.Equal(pair.First, pair.Second, 1e-5f));
        Assert.DoesNotContain(b, happened => happened is EmotionEvent or SpeechEvent);
    }

    [Fact]
    public async Task Silence_noise_and_tones_are_nobody_speaking()
    {
        using var test = PipelineUnderTest.WithEmotion(new FakeTranscriber());
        var random = new Random(3);
        float[][] inputs =
        [
            new float[Talk.Rate * 4],
            [.. Enumerable.Range(0, Talk.Rate * 4).Select(_ => (random.NextSingle() - 0.5f) * 0.4f)],
            [.. Enumerable.Range(0, Talk.Rate * 4).Select(i => 0.3f * MathF.Sin(i * 0.17f) * (i / 4000 % 2))],
        ];

        foreach (var input in inputs) Assert.Empty(Talk.Identity(await test.RunAsync(input, () => 1280)));
    }

    [Fact]
    public async Task Stream_that_is_cut_while_somebody_speaks_ends_the_utterance_before_it_closes()
    {
        using var test = PipelineUnderTest.WithEmotion(new FakeTranscriber());

        var events = await test.RunAsync(Talk.Create(5, 3, (1, 2)), () => 1280);

        var final = Assert.Single(events.OfType<EmotionEvent>(), emotion => emotion.Final);
        Assert.InRange(final.End.TotalSeconds, 2.5, 3.4);
        Assert.NotNull(final.Text);
        Assert.IsType<ClosedEvent>(events[^1]);
    }

    [Fact]
    public async Task Three_tenths_of_a_second_are_an_utterance_without_a_running_estimate()
    {
        using var test = PipelineUnderTest.WithEmotion(new FakeTranscriber());

        var estimates = (await test.RunAsync(Talk.Create(1, 4, (2, 0.3)), () => 1280)).OfType<EmotionEvent>().ToArray();

        Assert.True(Assert.Single(estimates).Final);
        Assert.InRange((estimates[0].End - estimates[0].Start).TotalSeconds, 0.2, 0.9);
    }

    [Fact]
    public async Task Monologue_is_cut_with_overlap_and_counts_each_word_once()
    {
        using var test = PipelineUnderTest.WithEmotion(new FakeTranscriber());

        var events = await test.RunAsync(Talk.Create(1, 62, (1, 60)), () => 1600);

        var finals = events.OfType<EmotionEvent>().Where(emotion => emotion.Final).ToArray();
        Assert.True(finals.Length >= 8, $"{finals.Length} utterances");
        Assert.All(finals, final => Assert.InRange((final.End - final.Start).TotalSeconds, 0.2, 7.6));
        Assert.All(finals.Zip(finals.Skip(1)), pair => Assert.InRange((pair.Second.Start - pair.First.End).TotalSeconds, -1.01, 2));
        var starts = events.OfType<SpeechEvent>().SelectMany(speech => speech.Words!).Select(word => word.Start.TotalSeconds).ToArray();
        Assert.All(
            starts.Zip(starts.Skip(1)), pair => Assert.True(pair.Second - pair.First > 0, $"word at {pair.First:F2} and {pair.Second:F2}"));
    }

    [Fact]
    public async Task Final_estimate_waits_for_slow_words_only_so_long_and_they_are_told_when_they_come()
    {
        var (transcriber, time) = (new FakeTranscriber(), new ManualTimeProvider());
        using var test = PipelineUnderTest.WithEmotion(transcriber, time: time, settings: ("Speech:Patience", "00:00:00.300"));
        transcriber.Pause();
        using var clock = new CancellationTokenSource();
        // Nobody but the timeout looks at this clock: it rings as often as somebody waits.
        var ringing = Task.Run(async () =>
        {
            while (!clock.IsCancellationRequested)
            {
                if (time.SetTimers > 0) time.Advance(TimeSpan.FromMilliseconds(300));
                await Task.Delay(5);
            }
        });
        var samples = Talk.Create(8, 6, (1, 3));
        var events = new List<StreamEvent>();
        var hello = new MediaHello(MediaHello.CurrentProtocol, new AudioFormat("pcm_f32le"));

        await foreach (var happened in test.Pipeline.RunAsync(new StreamRequest("s", hello), Endless(), CancellationToken.None))
            events.Add(happened);
        await clock.CancelAsync();
        await ringing;

        var final = Assert.Single(events.OfType<EmotionEvent>(), emotion => emotion.Final);
        var speech = Assert.Single(events.OfType<SpeechEvent>());
        Assert.Null(final.Text);
        Assert.Equal((final.Start, final.End), (speech.Start, speech.End));
        Assert.True(events.IndexOf(final) < events.IndexOf(speech));

        // Goes on with silence until the estimate is there, then lets the words come.
        async IAsyncEnumerable<MediaChunk> Endless()
        {
            await foreach (var part in PipelineUnderTest.Chunks(samples, () => 1280, Talk.Rate)) yield return part;
            for (var at = samples.Length; !events.OfType<EmotionEvent>().Any(emotion => emotion.Final); at += 1280)
            {
                yield return new MediaChunk(MediaKind.Audio, TimeSpan.FromSeconds((double)at / Talk.Rate), new byte[1280 * sizeof(float)]);
                await Task.Delay(2);
            }
            transcriber.Resume();
        }
    }

    [Fact]
    public async Task Recogniser_that_hangs_delays_no_wake_word_and_what_it_missed_is_told()
    {
        var (transcriber, time) = (new FakeTranscriber(), new ManualTimeProvider());
        using var test = PipelineUnderTest.WithEmotion(transcriber, time: time);
        transcriber.Pause();
        var samples = Talk.Create(4, 40, (1, 2), (5, 3), (12, 3), (20, 3), (30, 3));
        for (var i = 0; i < samples.Length; i++) samples[i] *= 1.5f;
        var events = new List<StreamEvent>();
        var heard = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

        var request = new StreamRequest("s", new MediaHello(MediaHello.CurrentProtocol, new AudioFormat("pcm_f32le")));
        await foreach (var happened in test.Pipeline.RunAsync(request, Live(), CancellationToken.None))
        {
            events.Add(happened);
            if (happened is WakeWordEvent word && word.Start > TimeSpan.FromSeconds(29)) heard.TrySetResult();
        }

        Assert.True(heard.Task.IsCompletedSuccessfully);
        var gap = Assert.Single(events.OfType<GapEvent>());
        Assert.Equal((MediaKind.Text, GapReason.DroppedWhenBusy), (gap.Kind, gap.Reason));
        Assert.InRange(gap.Start.TotalSeconds, 5, 20);
        Assert.InRange((gap.Start + gap.Duration).TotalSeconds, 30, 40);
        Assert.NotEmpty(events.OfType<SpeechEvent>());

        async IAsyncEnumerable<MediaChunk> Live()
        {
            await foreach (var part in PipelineUnderTest.Chunks(samples, () => 1280, Talk.Rate))
            {
                yield return part;
                time.Advance(TimeSpan.FromMilliseconds(80));
            }
            await heard.Task.WaitAsync(TestTimeout.Longest);
            transcriber.Resume();
        }
    }

    [Fact]
    public async Task What_is_being_said_is_told_with_telemetry()
    {
        using var test = PipelineUnderTest.WithEmotion(new FakeTranscriber());
        var hello = new MediaHello(MediaHello.CurrentProtocol, new AudioFormat("pcm_f32le"));
        var told = new TaskCompletionSource();

        await foreach (var happened in test.Pipeline.RunAsync(
            new StreamRequest("s", hello, Telemetry: true), TalkOn(), CancellationToken.None))
            if (happened is TelemetryEvent { Speech: { } speech } && speech.StartsWith("good", StringComparison.Ordinal))
                told.TrySetResult();

        Assert.True(told.Task.IsCompleted);

        // The recogniser works beside: talk goes on until it has had its turn.
        async IAsyncEnumerable<MediaChunk> TalkOn()
        {
            await foreach (var part in PipelineUnderTest.Chunks(Talk.Create(1, 120, (1, 118)), () => 1280, Talk.Rate))
            {
                if (told.Task.IsCompleted) break;
                yield return part;
                await Task.Delay(10);
            }
        }
    }
}
