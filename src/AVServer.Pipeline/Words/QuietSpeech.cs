using System.Numerics.Tensors;
using AVServer.Signal;

namespace AVServer.Pipeline;

/// <summary>
/// By how much an utterance is amplified before its phones are heard: not at all unless the whole of it is quiet, as from a microphone that
/// is far off or turned down. One stream's own; one caller at a time.
/// </summary>
/// <remarks>
/// An amplifier that follows the level would lift the breath before a word and not the word. So the first steps of an utterance wait until
/// one of them is loud, which ordinary speech is at once, or until enough of it has come to know its level.
/// </remarks>
internal sealed class QuietSpeech
{
    /// <summary>Steps that an utterance may wait: those from before the gate opened, and half a second.</summary>
    public const int MostWaiting = AudioTrack.PreRollSteps + 6;

    // RMS of a step, dBFS. The phone network hears speech alike whose loudest steps lie above the first, and lifted speech is brought to
    // the second; where that becomes louder than the third it is lifted less from there on.
    private const float Loud = -40, Target = -30, Ceiling = -16;

    private const float MostLift = 30;   // dB

    private float _loudest = SoundLevel.FloorDbfs;
    private float _lift;
    private int _heard;

    /// <summary>Whether enough was heard to say how loud the utterance is.</summary>
    public bool IsKnown { get; private set; }

    /// <summary>Begins an utterance.</summary>
    public void Reset() => (_loudest, _lift, _heard, IsKnown) = (SoundLevel.FloorDbfs, 0, 0, false);

    /// <summary>Hears the next step.</summary>
    /// <param name="samples">As they came, in [-1, 1).</param>
    public void Accept(ReadOnlySpan<float> samples)
    {
        if (IsKnown && _lift == 0) return;   // loud once, left alone for good
        _loudest = Math.Max(_loudest, SoundLevel.RmsDbfs(samples));
        _heard++;
        if (IsKnown ? _loudest + _lift <= Ceiling : _loudest < Loud && _heard < MostWaiting) return;
        (IsKnown, _lift) = (true, LiftOf(_loudest));
    }

    /// <summary>Amplifies samples of the utterance, in place, once its level <see cref="IsKnown"/>.</summary>
    public void Amplify(Span<float> samples) => Amplify(samples, _lift);

    /// <summary>A recording that is there whole, amplified if it is quiet.</summary>
    /// <param name="samples">In [-1, 1); not changed.</param>
    public static float[] Amplified(float[] samples)
    {
        var loudest = SoundLevel.FloorDbfs;
        for (var at = 0; at < samples.Length; at += AudioClock.StepSamples)
            loudest = Math.Max(loudest, SoundLevel.RmsDbfs(samples.AsSpan(at, Math.Min(AudioClock.StepSamples, samples.Length - at))));
        float[] lifted = [.. samples];
        Amplify(lifted, LiftOf(loudest));
        return lifted;
    }

    private static void Amplify(Span<float> samples, float lift)
    {
        if (lift > 0) TensorPrimitives.Multiply(samples, MathF.Pow(10, lift / 20), samples);
    }

    private static float LiftOf(float loudest) => loudest < Loud ? Math.Clamp(Target - loudest, 0, MostLift) : 0;
}
