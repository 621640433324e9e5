using System.Numerics.Tensors;

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

    // RMS of a step. The phone network hears speech alike whose loudest steps lie above the first, and lifted speech is brought to the second.
    private static readonly float Loud = FromDecibels(-40);
    private static readonly float Target = FromDecibels(-30);
    private static readonly float MostGain = FromDecibels(30);

    // Where a lifted utterance becomes louder than this it is lifted less from there on.
    private static readonly float Ceiling = FromDecibels(-16);

    private float _loudest;
    private int _heard;

    /// <summary>Factor for the samples; 1 for whatever isn't quiet. It holds once <see cref="IsKnown"/>.</summary>
    public float Gain { get; private set; } = 1;

    /// <summary>Whether enough was heard to say how loud the utterance is.</summary>
    public bool IsKnown { get; private set; }

    /// <summary>A recording that is there whole, amplified if it is quiet.</summary>
    /// <param name="samples">In [-1, 1).</param>
    public static float[] Amplify(float[] samples)
    {
        var loudest = 0f;
        for (var at = 0; at < samples.Length; at += AudioClock.StepSamples)
            loudest = Math.Max(loudest, Rms(samples.AsSpan(at, Math.Min(AudioClock.StepSamples, samples.Length - at))));
        if (loudest >= Loud) return samples;
        var lifted = new float[samples.Length];
        TensorPrimitives.Multiply(samples, Lift(loudest), lifted);
        return lifted;
    }

    /// <summary>Begins an utterance.</summary>
    public void Reset() => (_loudest, _heard, Gain, IsKnown) = (0, 0, 1, false);

    /// <summary>Hears the next step.</summary>
    /// <param name="samples">As they came, in [-1, 1).</param>
    public void Accept(ReadOnlySpan<float> samples)
    {
        _loudest = Math.Max(_loudest, Rms(samples));
        _heard++;
        if (!IsKnown)
        {
            if (_loudest < Loud && _heard < MostWaiting) return;
            (IsKnown, Gain) = (true, _loudest < Loud ? Lift(_loudest) : 1);
        }
        else if (Gain > 1 && _loudest * Gain > Ceiling)
        {
            Gain = _loudest < Loud ? Lift(_loudest) : 1;
        }
    }

    private static float Lift(float loudest) => Math.Clamp(Target / Math.Max(loudest, 1e-6f), 1, MostGain);

    private static float Rms(ReadOnlySpan<float> samples)
    {
        var sum = 0f;
        foreach (var sample in samples) sum += sample * sample;
        return MathF.Sqrt(sum / samples.Length);
    }

    private static float FromDecibels(float decibels) => MathF.Pow(10, decibels / 20);
}
