using AVServer.TestKit;
using Microsoft.ML.OnnxRuntime;

namespace AVServer.Runtime.Tests;

[Trait("Category", "unit")]
public sealed class VoiceActivityModelTests : IDisposable
{
    private readonly VoiceActivityModel _model = VoiceActivityModel.Load(ModelStore.Open(TestPaths.Models).Get("voice-activity"));

    public void Dispose() => _model.Dispose();

    [Fact]
    public void Silence_and_steady_noise_are_no_voice()
    {
        var random = new Random(1);
        Assert.All(Run(new float[16_000]), probability => Assert.InRange(probability, 0, 0.3f));
        Assert.InRange(Run([.. Enumerable.Range(0, 32_000).Select(_ => (random.NextSingle() - 0.5f) / 5)]).Skip(10).Average(), 0, 0.3f);
    }

    [Fact]
    public async Task Streams_at_once_equal_each_alone()
    {
        var sounds = Enumerable.Range(0, 6).Select(i => SyntheticSpeech.Create(i, TimeSpan.FromSeconds(2))).ToArray();
        var alone = sounds.Select(Run).ToArray();

        var at = await Task.WhenAll(sounds.Select(sound => Task.Run(() => Run(sound))));

        for (var i = 0; i < sounds.Length; i++) Assert.Equal(alone[i], at[i]);
    }

    [Fact]
    public void Stream_that_was_reset_starts_afresh()
    {
        var sound = SyntheticSpeech.Create(3, TimeSpan.FromSeconds(1));
        var state = new VoiceActivityState();
        var first = Run(sound, state);
        Assert.NotEqual(first, Run(sound, state));
        state.Reset();

        Assert.Equal(first, Run(sound, state));
    }

    /// <summary>The graph that is laid against the publisher's own, step by step, over speech and silence.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(VoiceActivityModel.MaximumFrames)]
    public void Frames_together_are_heard_as_the_published_graph_hears_each(int together)
    {
        float[] sound =
        [
            .. SyntheticSpeech.Create(5, TimeSpan.FromSeconds(3)), .. new float[16_000],
            .. SyntheticSpeech.Create(6, TimeSpan.FromSeconds(2)),
        ];

        var expected = RunPublished(sound);
        var got = Run(sound, new VoiceActivityState(), together);

        Assert.Contains(expected, probability => probability > 0.5f);
        Assert.Contains(expected, probability => probability < 0.1f);
        Assert.Equal(expected.Length, got.Length);
        Assert.All(expected.Zip(got), pair => Assert.Equal(pair.First, pair.Second, 1e-4f));
    }

    [Fact]
    public void Frames_of_another_length_or_without_numbers_are_refused()
    {
        var state = new VoiceActivityState();
        var voice = new float[1];
        Assert.Throws<ArgumentException>(() => _model.Next(state, new float[511], voice));
        Assert.Throws<ArgumentException>(() => _model.Next(state, [], []));
        Assert.Throws<ArgumentException>(() => _model.Next(state, new float[1024], voice));
        Assert.Throws<ArgumentException>(
            () => _model.Next(
                state, new float[(VoiceActivityModel.MaximumFrames + 1) * 512], new float[VoiceActivityModel.MaximumFrames + 1]));
        Assert.Throws<InferenceException>(() => _model.Next(state, Enumerable.Repeat(float.NaN, 512).ToArray(), voice));
        state.Reset();
        _model.Next(state, new float[512], voice);
        Assert.InRange(voice[0], 0, 0.5f);
    }

    private static float[] RunPublished(float[] sound)
    {
        var stored = ModelStore.Open(TestPaths.Models).Get("voice-activity");
        using var session = SessionFactory.Open(stored.ReadFile(ModelManifest.MainFile));
        using var options = new RunOptions();
        using var rate = OrtValue.CreateTensorValueFromMemory([16_000L], []);
        var (heard, memory, voice) = (new float[576], new float[256], new List<float>());
        foreach (var frame in sound.Chunk(VoiceActivityModel.FrameSamples).Where(frame => frame.Length == VoiceActivityModel.FrameSamples))
        {
            heard.AsSpan(512).CopyTo(heard);
            frame.CopyTo(heard, 64);
            using var input = OrtValue.CreateTensorValueFromMemory(heard, [1, 576]);
            using var state = OrtValue.CreateTensorValueFromMemory(memory, [2, 1, 128]);
            using var results = session.Run(options, ["input", "state", "sr"], [input, state, rate], ["output", "stateN"]);
            voice.Add(results[0].GetTensorDataAsSpan<float>()[0]);
            results[1].GetTensorDataAsSpan<float>().CopyTo(memory);
        }
        return [.. voice];
    }

    private float[] Run(float[] samples) => Run(samples, new VoiceActivityState());

    private float[] Run(float[] samples, VoiceActivityState state, int together = 1)
    {
        var voice = new float[samples.Length / VoiceActivityModel.FrameSamples];
        for (var frame = 0; frame < voice.Length; frame += together)
        {
            var frames = Math.Min(together, voice.Length - frame);
            _model.Next(
                state, samples.AsSpan(frame * VoiceActivityModel.FrameSamples, frames * VoiceActivityModel.FrameSamples),
                voice.AsSpan(frame, frames));
        }
        return voice;
    }
}
