using AVServer.Lab.Augmentation;
using AVServer.Lab.Scoring.AudioVisual;
using AVServer.Lab.Training;
using static TorchSharp.torch;

namespace AVServer.Lab.Tests.AudioVisual;

[Trait("Category", "unit")]
public sealed class StrangersTests
{
    [Fact]
    public void Half_of_the_lips_are_another_recordings_and_every_voice_is_another()
    {
        var set = MadeUp.Set();
        var trials = new AudioVisualTrials(set, draws: 20, seed: 1, new Strangers(set, seed: 2)).All;
        Assert.InRange(trials.Count(trial => trial.Seen is not null) / (double)trials.Count, 0.4, 0.6);
        Assert.All(trials.Where(trial => trial.Seen is not null), trial => Assert.Equal(trial.Window.Lag, trial.Seen!.Value.Lag));
        // Whatever they say: of a keyword's windows some show it and some don't.
        var seen = trials.Where(trial => trial is { Window.IsKeyword: true, Seen: not null }).Select(trial => trial.Seen!.Value.IsKeyword).Distinct();
        Assert.Equal(2, seen.Count());
        Assert.InRange(trials.Min(trial => trial.Tract), 0.8, 0.85);
        Assert.InRange(trials.Max(trial => trial.Tract), 1.15, 1.2);
        Assert.All(new AudioVisualTrials(set, draws: 2, seed: 1).All, trial => Assert.Equal((1, null), (trial.Tract, trial.Seen)));
    }

    [Fact]
    public void Strangers_speak_the_same_words_with_other_formants()
    {
        var set = MadeUp.Set();
        var fbank = new WindowFbank(new SoundRecipe(), set, new WindowSound(MadeUp.Noise()));
        var window = WindowPlan.AsRecorded(set.Clips[0], 0.1);
        using var scope = NewDisposeScope();
        var own = fbank.At([window], null, 1);
        Assert.True(own.allclose(fbank.At([(window, 1.0)], null, 1)));
        var warped = own.contiguous().data<float>().ToArray();
        VocalTract.Warp(warped, WindowFbank.Mels, 1.15);
        Assert.True(fbank.At([(window, 1.15)], null, 1).allclose(tensor(warped, own.shape)));
    }
}
