namespace AVServer.Pipeline;

/// <summary>The grid that everything on the audio side moves on: steps of 80 ms, counted in samples from the stream's first.</summary>
/// <remarks>
/// One step is 8 fbank frames of 10 ms, and one speech embedding. Decisions fall only at step ends, so chunking can't move them.
/// </remarks>
internal static class AudioClock
{
    /// <summary>Rate of everything behind the resampler.</summary>
    public const int SampleRateHz = 16_000;

    /// <summary>Samples in a step.</summary>
    public const int StepSamples = 1_280;

    /// <summary>Fbank frames in a step.</summary>
    public const int StepFrames = 8;

    /// <summary>Samples by which the last frame of a step reaches beyond it: a 25 ms window on a 10 ms hop.</summary>
    public const int FrameOverhangSamples = 240;

    /// <summary>Length of a step.</summary>
    public static TimeSpan Step { get; } = TimeSpan.FromSeconds((double)StepSamples / SampleRateHz);

    /// <summary>
    /// Media time, from the stream's first sample, that must have been heard before step <paramref name="step"/> can run.
    /// </summary>
    public static TimeSpan HeardAt(long step) => ToTime(((step + 1) * StepSamples) + FrameOverhangSamples);

    /// <summary>Media time at the end of step <paramref name="step"/>, from the stream's first sample.</summary>
    public static TimeSpan EndOf(long step) => ToTime((step + 1) * StepSamples);

    public static TimeSpan ToTime(long samples) => TimeSpan.FromTicks(samples * TimeSpan.TicksPerSecond / SampleRateHz);
}
