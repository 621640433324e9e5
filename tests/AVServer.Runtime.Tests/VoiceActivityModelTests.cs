using AVServer.TestKit;

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

    [Fact]
    public void Frame_of_another_length_or_without_numbers_is_refused()
    {
        var state = new VoiceActivityState();
        Assert.Throws<ArgumentException>(() => _model.Next(state, new float[511]));
        Assert.Throws<InferenceException>(() => _model.Next(state, Enumerable.Repeat(float.NaN, 512).ToArray()));
        state.Reset();
        Assert.InRange(_model.Next(state, new float[512]), 0, 0.5f);
    }

    private float[] Run(float[] samples) => Run(samples, new VoiceActivityState());

    private float[] Run(float[] samples, VoiceActivityState state) =>
        [.. Enumerable.Range(0, samples.Length / VoiceActivityModel.FrameSamples)
            .Select(frame => _model.Next(state, samples.AsSpan(frame * VoiceActivityModel.FrameSamples, VoiceActivityModel.FrameSamples)))];
}
