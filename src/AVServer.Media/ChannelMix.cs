using AVServer.Contracts;

namespace AVServer.Media;

/// <summary>
/// Mixes two channels to one by their mean, and notices where they cancel each other: one of them is wired the wrong way round.
/// </summary>
/// <param name="sampleRateHz">Samples a second and channel.</param>
internal sealed class ChannelMix(int sampleRateHz)
{
    // A hundredth of the power that there is, over half a second and more: channels that have nothing to do with each other lose half.
    private const double CancelledShare = 0.01;
    private const double AudiblePower = 1e-6;

    private double _power;
    private double _mixedPower;
    private long _samples;

    /// <summary>What is told where they cancel each other.</summary>
    public static MediaWarning Warning { get; } = new(
        WarningCodes.ChannelsCancel,
        "The two channels cancel each other when they are mixed, little is left to hear: one is of opposite phase; turn it round, or send "
        + "one alone.");

    /// <summary>Whether next to nothing is left of what there was to hear, so far.</summary>
    public bool Cancels => _samples >= sampleRateHz / 2 && _power > AudiblePower * _samples && _mixedPower < CancelledShare * _power;

    /// <summary>Mixes two samples that are heard at the same time.</summary>
    public float Mix(float left, float right)
    {
        float mixed = (left + right) / 2;
        _power += ((left * left) + (right * right)) / 2;
        _mixedPower += mixed * mixed;
        _samples++;
        return mixed;
    }

    /// <summary>Mixes interleaved samples.</summary>
    public float[] Mix(ReadOnlySpan<float> interleaved)
    {
        var mono = new float[interleaved.Length / 2];
        for (int i = 0; i < mono.Length; i++) mono[i] = Mix(interleaved[2 * i], interleaved[(2 * i) + 1]);
        return mono;
    }
}
