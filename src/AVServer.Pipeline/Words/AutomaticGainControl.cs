using System.Numerics.Tensors;
using AVServer.Signal;

namespace AVServer.Pipeline;

/// <summary>
/// Automatic gain control of one utterance before its phones are recognised: no gain unless the whole of it is quiet, as from a microphone that
/// is far off or turned down. One stream's own; one caller at a time.
/// </summary>
/// <remarks>
/// An amplifier that follows the level would lift the breath before a word and not the word. So the first steps of an utterance wait until
/// one of them is loud, which ordinary speech is at once, or until enough of it has come to know its level.
/// </remarks>
internal sealed class AutomaticGainControl
{
    /// <summary>Steps that an utterance may wait: those from before the gate opened, and half a second.</summary>
    public const int MaxDelaySteps = AudioTrack.PreRollSteps + 6;

    // RMS of a step, dBFS. The phone network hears speech alike whose peakDbfs steps lie above the first, and amplified speech is brought to
    // the second; where that becomes louder than the third it is amplified less from there on.
    private const float LoudDbfs = -40, TargetDbfs = -30, CeilingDbfs = -16;

    private const float MaxGainDb = 30;

    private float _peakDbfs = SoundLevel.FloorDbfs;
    private float _gainDb;
    private int _steps;

    /// <summary>Whether enough has come to say how loud the utterance is.</summary>
    public bool IsSettled { get; private set; }

    /// <summary>Begins an utterance.</summary>
    public void Reset() => (_peakDbfs, _gainDb, _steps, IsSettled) = (SoundLevel.FloorDbfs, 0, 0, false);

    /// <summary>Takes the next step.</summary>
    /// <param name="samples">As they came, in [-1, 1).</param>
    public void Accept(ReadOnlySpan<float> samples)
    {
        if (IsSettled && _gainDb == 0) return;   // loud once, left alone for good
        _peakDbfs = Math.Max(_peakDbfs, SoundLevel.RmsDbfs(samples));
        _steps++;
        if (IsSettled ? _peakDbfs + _gainDb <= CeilingDbfs : _peakDbfs < LoudDbfs && _steps < MaxDelaySteps) return;
        (IsSettled, _gainDb) = (true, GainFor(_peakDbfs));
    }

    /// <summary>Amplifies samples of the utterance, in place, once its level <see cref="IsSettled"/>.</summary>
    public void Amplify(Span<float> samples) => Amplify(samples, _gainDb);

    /// <summary>A recording that is there whole, amplified if it is quiet.</summary>
    /// <param name="samples">In [-1, 1); not changed.</param>
    public static float[] Normalise(float[] samples)
    {
        var peakDbfs = SoundLevel.FloorDbfs;
        for (var at = 0; at < samples.Length; at += AudioClock.StepSamples)
            peakDbfs = Math.Max(peakDbfs, SoundLevel.RmsDbfs(samples.AsSpan(at, Math.Min(AudioClock.StepSamples, samples.Length - at))));
        float[] amplified = [.. samples];
        Amplify(amplified, GainFor(peakDbfs));
        return amplified;
    }

    private static void Amplify(Span<float> samples, float gainDb)
    {
        if (gainDb > 0) TensorPrimitives.Multiply(samples, MathF.Pow(10, gainDb / 20), samples);
    }

    private static float GainFor(float peakDbfs) => peakDbfs < LoudDbfs ? Math.Clamp(TargetDbfs - peakDbfs, 0, MaxGainDb) : 0;
}
