namespace AVServer.Lab.Training.Emotion;

/// <summary>Draws examples so that rare labels come more often than they are.</summary>
internal sealed class LabelSampler
{
    private readonly int[][] _byLabel;
    private readonly double[] _upTo;

    /// <param name="labels">Label of each example.</param>
    /// <param name="examples">Places of the examples that may be drawn.</param>
    /// <param name="balance">0: labels as often as they are; 1: each as often as any other.</param>
    internal LabelSampler(IReadOnlyList<int> labels, IEnumerable<int> examples, double balance)
    {
        _byLabel = [.. examples.GroupBy(example => labels[example]).OrderBy(group => group.Key).Select(group => group.ToArray())];
        if (_byLabel.Length == 0) throw new ArgumentException("Expected examples, got none.", nameof(examples));
        var shares = _byLabel.Select(group => Math.Pow(group.Length, 1 - balance)).ToArray();
        _upTo = [.. shares.Select((_, i) => shares[..(i + 1)].Sum() / shares.Sum())];
    }

    /// <summary>Place of an example.</summary>
    internal int Next(Random random)
    {
        var draw = random.NextDouble();
        var group =
            _byLabel[Math.Min(
                _byLabel.Length - 1, Array.FindIndex(_upTo, share => draw < share) is >= 0 and var i ? i : _byLabel.Length - 1)];
        return group[random.Next(group.Length)];
    }
}
