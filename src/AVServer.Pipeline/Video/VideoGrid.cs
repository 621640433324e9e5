namespace AVServer.Pipeline;

/// <summary>
/// The grid that everything on the video side moves on: slots of 40 ms of media time, slot n's picture being the one nearest to n · 40 ms.
/// </summary>
/// <remarks>
/// Two slots are a step of <see cref="AudioClock"/>, four fbank frames are one slot. Sound that begins between two slots is matched to the
/// nearest, hence to 20 ms.
/// </remarks>
internal static class VideoGrid
{
    /// <summary>Slots a second.</summary>
    public const int SlotsPerSecond = 25;

    /// <summary>Slots in a step of the sound.</summary>
    public const int SlotsPerStep = 2;

    /// <summary>Length of a slot.</summary>
    public static TimeSpan Slot { get; } = TimeSpan.FromSeconds(1.0 / SlotsPerSecond);

    /// <summary>The slot whose time is nearest to <paramref name="time"/>.</summary>
    public static long Nearest(TimeSpan time) => (long)Math.Floor((time / Slot) + 0.5);

    /// <summary>Media time of a slot.</summary>
    public static TimeSpan TimeOf(long slot) => slot * Slot;
}
