namespace AVServer.Media;

/// <summary>Between sample indices and time, exact for any rate and any span of time.</summary>
internal static class SampleTime
{
    /// <summary>Time of a sample, to the nearest 100 ns.</summary>
    public static TimeSpan FromSamples(long samples, int sampleRateHz) =>
        new((long)RoundedRatio((Int128)samples * TimeSpan.TicksPerSecond, sampleRateHz));

    /// <summary>The sample nearest to a time.</summary>
    public static long ToSamples(TimeSpan time, int sampleRateHz) =>
        (long)RoundedRatio((Int128)time.Ticks * sampleRateHz, TimeSpan.TicksPerSecond);

    private static Int128 RoundedRatio(Int128 numerator, long denominator) =>
        numerator >= 0 ? (numerator + (denominator / 2)) / denominator : -((-numerator + (denominator / 2)) / denominator);
}
