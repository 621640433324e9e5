namespace AVServer.Media;

/// <summary>Marks a setting as a limit, and states what happens beyond it and what counts that.</summary>
/// <param name="beyond">What happens to what comes beyond it.</param>
/// <param name="metrics">Names of the metrics that count it.</param>
[AttributeUsage(AttributeTargets.Property)]
public sealed class LimitAttribute(Beyond beyond, params string[] metrics) : Attribute
{
    /// <summary>What happens to what comes beyond it.</summary>
    public Beyond Beyond { get; } = beyond;

    /// <summary>Names of the metrics that count it.</summary>
    public IReadOnlyList<string> Metrics { get; } = metrics;
}

/// <summary>What happens beyond a limit.</summary>
public enum Beyond
{
    /// <summary>Whoever sends waits: nothing is lost.</summary>
    Waits,

    /// <summary>It isn't begun, and who asked is told why.</summary>
    Refused,

    /// <summary>What had begun ends, and its sender or reader is told why.</summary>
    Ended,

    /// <summary>What comes is left out, and its readers can see it.</summary>
    Dropped,

    /// <summary>The oldest that is kept goes.</summary>
    Forgotten,
}
