namespace AVServer.Evaluation;

/// <summary>Whether posteriors mean what they say, and how to make them: temperature scaling (Guo et al., arXiv 1706.04599).</summary>
public static class Calibration
{
    private const double Coldest = 0.25, Hottest = 8;

    /// <summary>softmax(logits ÷ temperature).</summary>
    public static double[] Posteriors(ReadOnlySpan<float> logits, double temperature)
    {
        var largest = double.NegativeInfinity;
        foreach (var logit in logits) largest = Math.Max(largest, logit);
        var posteriors = new double[logits.Length];
        var sum = 0.0;
        for (var i = 0; i < logits.Length; i++) sum += posteriors[i] = Math.Exp((logits[i] - largest) / temperature);
        for (var i = 0; i < logits.Length; i++) posteriors[i] /= sum;
        return posteriors;
    }

    /// <summary>
    /// Expected calibration error: over equally wide bins of the best posterior, the mean difference of posterior and accuracy, by the
    /// bins' examples.
    /// </summary>
    /// <param name="answers">Best posterior of each example, and whether it was right.</param>
    /// <param name="bins">Number of bins.</param>
    /// <returns>0 is calibrated; 0 of no examples.</returns>
    public static double Error(IReadOnlyCollection<(double Posterior, bool Right)> answers, int bins = 10)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bins, 1);
        return answers.GroupBy(answer => Math.Min(bins - 1, (int)(answer.Posterior * bins)))
            .Sum(bin => Math.Abs(bin.Sum(answer => answer.Posterior - (answer.Right ? 1 : 0)))) / Math.Max(1, answers.Count);
    }

    /// <summary>The temperature with the least mean negative log posterior of the labels, by golden section over its logarithm.</summary>
    /// <param name="examples">Logits of examples that no weight has seen, and their labels.</param>
    /// <returns>0.25 to 8.</returns>
    /// <exception cref="ArgumentException">There are no examples.</exception>
    public static double FitTemperature(IReadOnlyCollection<(float[] Logits, int Label)> examples)
    {
        if (examples.Count == 0) throw new ArgumentException("Expected examples, got none.", nameof(examples));
        var golden = (Math.Sqrt(5) - 1) / 2;
        var (low, high) = (Math.Log(Coldest), Math.Log(Hottest));
        while (high - low > 1e-4)
        {
            var (left, right) = (high - (golden * (high - low)), low + (golden * (high - low)));
            if (Loss(Math.Exp(left)) < Loss(Math.Exp(right))) high = right;
            else low = left;
        }
        return Math.Exp((low + high) / 2);

        double Loss(double temperature) =>
            examples.Sum(example => -Math.Log(Math.Max(1e-12, Posteriors(example.Logits, temperature)[example.Label])));
    }
}
