namespace AVServer.Evaluation;

/// <summary>How sure a measured share is: Wilson's score interval for a binomial share (Wilson 1927).</summary>
/// <param name="Low">Lower bound.</param>
/// <param name="High">Upper bound.</param>
public readonly record struct WilsonInterval(double Low, double High)
{
    /// <summary>Computes the interval.</summary>
    /// <param name="successes">How often it happened.</param>
    /// <param name="trials">How often it could have, at least 1.</param>
    /// <param name="z">Quantile of the normal distribution; 1.96 is 95 %.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are no trials, or more successes than trials.</exception>
    public static WilsonInterval Of(int successes, int trials, double z = 1.959964)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(trials, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(successes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(successes, trials);
        var (n, share) = ((double)trials, successes / (double)trials);
        var scale = 1 + (z * z / n);
        var centre = (share + (z * z / (2 * n))) / scale;
        var half = z / scale * Math.Sqrt((share * (1 - share) / n) + (z * z / (4 * n * n)));
        return new WilsonInterval(Math.Max(0, centre - half), Math.Min(1, centre + half));
    }
}
