namespace AVServer.Detection;

/// <summary>Pronunciations that are looked for, laid out for one pass over each frame. Immutable; shared by all streams.</summary>
public sealed class WordSet
{
    private readonly List<(int Phone, int[] Enter, int[] Stay)> _pairs = [];

    /// <param name="states">Outputs of the phones.</param>
    /// <param name="options">How words are followed.</param>
    /// <param name="paths">What is looked for.</param>
    public WordSet(PhoneStates states, MatcherOptions options, IReadOnlyList<WordPath> paths)
    {
        (States, Options, Paths) = (states, options, paths);
        var numbers = new Dictionary<(int?, int), int>();
        PairsByPath = [
            .. paths.Select(path => path.Phones.Select((phone, j) => Number(j == 0 ? null : path.Phones[j - 1], phone)).ToArray())];

        int Number(int? left, int phone)
        {
            if (numbers.TryGetValue((left, phone), out var number)) return number;
            var (enter, stay) = states.InContext(left, phone);
            _pairs.Add((phone, enter, stay));
            return numbers[(left, phone)] = _pairs.Count - 1;
        }
    }

    /// <summary>Outputs of the phones.</summary>
    public PhoneStates States { get; }

    /// <summary>How words are followed.</summary>
    public MatcherOptions Options { get; }

    /// <summary>What is looked for.</summary>
    public IReadOnlyList<WordPath> Paths { get; }

    /// <summary>Pairs of phones that occur, each computed once a frame.</summary>
    internal int PairCount => _pairs.Count;

    /// <summary>By path, the pair of each of its phones.</summary>
    internal int[][] PairsByPath { get; }

    /// <summary>The network's outputs that the paths are followed through; the others need not be known.</summary>
    public IReadOnlyList<int> Outputs => [.. _pairs.SelectMany(pair => pair.Enter.Concat(pair.Stay)).Distinct().Order()];

    /// <summary>Gains of every pair in a frame.</summary>
    /// <param name="scores">The network's outputs.</param>
    /// <param name="zero">What a gain is measured from.</param>
    /// <param name="enter">Receives each pair's gain on entering the phone.</param>
    /// <param name="stay">Receives each pair's gain on staying in it.</param>
    /// <param name="seen">By phone, what is added for what lips show; empty: nothing.</param>
    internal void ComputeGains(ReadOnlySpan<float> scores, float zero, Span<float> enter, Span<float> stay, ReadOnlySpan<float> seen)
    {
        for (var i = 0; i < _pairs.Count; i++)
        {
            enter[i] = Math.Min(Best(scores, _pairs[i].Enter) - zero, Options.GainCap);
            stay[i] = Math.Min(Best(scores, _pairs[i].Stay) - zero, Options.GainCap);
            if (seen.IsEmpty) continue;
            enter[i] += seen[_pairs[i].Phone];
            stay[i] += seen[_pairs[i].Phone];
        }
    }

    internal static float Best(ReadOnlySpan<float> scores, ReadOnlySpan<int> outputs)
    {
        var best = float.NegativeInfinity;
        foreach (var output in outputs) best = Math.Max(best, scores[output]);
        return best;
    }
}

/// <summary>One pronunciation of a word.</summary>
/// <param name="Word">Number of the word, by the caller's count; a word may have several paths.</param>
/// <param name="Phones">Its phones, by <see cref="PhoneStates"/>' numbers.</param>
/// <param name="Threshold">Least score of a candidate.</param>
public sealed record WordPath(int Word, IReadOnlyList<int> Phones, float Threshold)
{
    /// <summary>A threshold that everything passes.</summary>
    public const float NoThreshold = -1000;
}
