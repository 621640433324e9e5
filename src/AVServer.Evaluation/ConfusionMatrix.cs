namespace AVServer.Evaluation;

/// <summary>How often each label was taken for each: what the measures of a classifier are made of.</summary>
public sealed class ConfusionMatrix
{
    private readonly int[,] _counts;

    /// <param name="labels">Number of labels, at least 2.</param>
    public ConfusionMatrix(int labels)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(labels, 2);
        _counts = new int[labels, labels];
    }

    /// <summary>Number of labels.</summary>
    public int Labels => _counts.GetLength(0);

    /// <summary>Examples of a label that were taken for another, or for itself.</summary>
    public int this[int actual, int predicted] => _counts[actual, predicted];

    /// <summary>Examples counted.</summary>
    public int Total => Enumerable.Range(0, Labels).Sum(CountOf);

    /// <summary>Weighted accuracy (WA): right answers ÷ examples; 0 of none.</summary>
    public double Wa => Ratio(Enumerable.Range(0, Labels).Sum(label => _counts[label, label]), Total);

    /// <summary>Unweighted accuracy (UA): mean of the recalls of the labels that have examples; 0 of none.</summary>
    public double Ua => Mean(Present().Select(Recall));

    /// <summary>Mean of the F1 measures of the labels that have examples; 0 of none.</summary>
    public double MacroF1 => Mean(Present().Select(F1));

    /// <summary>Counts an example.</summary>
    public void Add(int actual, int predicted) => _counts[actual, predicted]++;

    /// <summary>Counts all examples of another matrix of as many labels.</summary>
    public void Add(ConfusionMatrix other)
    {
        if (other.Labels != Labels) throw new ArgumentException($"Expected {Labels} labels, got {other.Labels}.", nameof(other));
        for (var actual = 0; actual < Labels; actual++)
            for (var predicted = 0; predicted < Labels; predicted++) _counts[actual, predicted] += other._counts[actual, predicted];
    }

    /// <summary>Examples of a label.</summary>
    public int CountOf(int label) => Enumerable.Range(0, Labels).Sum(predicted => _counts[label, predicted]);

    /// <summary>Share of a label's examples that were recognised; 0 of none.</summary>
    public double Recall(int label) => Ratio(_counts[label, label], CountOf(label));

    /// <summary>Share of the answers with a label that were right; 0 of none.</summary>
    public double Precision(int label) => Ratio(_counts[label, label], Enumerable.Range(0, Labels).Sum(actual => _counts[actual, label]));

    /// <summary>Harmonic mean of a label's precision and recall: 2PR ÷ (P + R); 0 where both are.</summary>
    public double F1(int label) => Precision(label) + Recall(label) is > 0 and var sum ? 2 * Precision(label) * Recall(label) / sum : 0;

    private IEnumerable<int> Present() => Enumerable.Range(0, Labels).Where(label => CountOf(label) > 0);

    private static double Ratio(int part, int whole) => whole == 0 ? 0 : part / (double)whole;

    private static double Mean(IEnumerable<double> values) => values.DefaultIfEmpty(0).Average();

}
