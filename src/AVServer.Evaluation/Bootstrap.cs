namespace AVServer.Evaluation;

/// <summary>How sure a measure of few recordings is: the percentile bootstrap (Efron 1979), recordings drawn with replacement.</summary>
/// <remarks>
/// A recording is drawn with everything that was measured on it, so that ten noises on one recording don't count as ten recordings.
/// </remarks>
public static class Bootstrap
{
    /// <summary>Computes the interval.</summary>
    /// <param name="keywords">Recordings with the keyword.</param>
    /// <param name="fillers">Recordings without.</param>
    /// <param name="measure">The measure of drawn recordings: their indices among each kind.</param>
    /// <param name="seed">Seed of the draws.</param>
    /// <param name="rounds">How often it is drawn.</param>
    /// <param name="level">Share of the draws that lie inside.</param>
    /// <returns>Lower and upper bound.</returns>
    public static (double Low, double High) Interval(
        int keywords, int fillers, Func<int[], int[], double> measure, int seed, int rounds = 1000, double level = 0.95)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(keywords, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(fillers, 1);
        var random = new Random(seed);
        var values = new double[rounds];
        for (var round = 0; round < rounds; round++) values[round] = measure(Draw(keywords, random), Draw(fillers, random));
        return (Percentiles.Of(values, (1 - level) / 2), Percentiles.Of(values, (1 + level) / 2));
    }

    private static int[] Draw(int count, Random random)
    {
        var drawn = new int[count];
        for (var i = 0; i < count; i++) drawn[i] = random.Next(count);
        return drawn;
    }
}
