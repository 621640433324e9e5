using System.Collections.Immutable;
using System.Runtime.InteropServices;
using AVServer.Speech;

namespace AVServer.Lab.G2p;

/// <summary>
/// Counts n-grams of graphones and smooths them: interpolated Kneser-Ney with three discounts an order (Chen and Goodman, 1999).
/// </summary>
internal sealed class GraphoneEstimator
{
    private const int BitsPerSymbol = 12;

    private readonly int _order;
    private readonly double _prune;

    // Of each order: n-grams as they stand in the words, and what Kneser-Ney counts instead below the highest: different symbols before.
    private readonly Dictionary<UInt128, int>[] _plain;
    private readonly Dictionary<UInt128, int>[] _counts;

    // Of each order: probability of the last symbol after the others; of n-grams as contexts, how much is left for the shorter one.
    private readonly Dictionary<UInt128, double>[] _probabilities;
    private readonly Dictionary<UInt128, double>[] _backoffs;

    /// <param name="words">Words parted into graphones.</param>
    /// <param name="order">The longest n-gram.</param>
    /// <param name="prune">An n-gram goes whose absence costs less than this many nats over all training.</param>
    public GraphoneEstimator(IReadOnlyList<IReadOnlyList<Graphone>> words, int order, double prune)
    {
        (_order, _prune) = (order, prune);
        Graphones = [.. words.SelectMany(word => word).Distinct().OrderBy(graphone => graphone.ToString(), StringComparer.Ordinal)];
        var symbols = Graphones.Select((graphone, i) => (graphone, i)).ToDictionary(pair => pair.graphone, pair => pair.i + 1);
        _plain = Levels<int>();
        _probabilities = Levels<double>();
        _backoffs = Levels<double>();
        foreach (var word in words)
        {
            int[] sequence = [GraphoneModel.Edge, .. word.Select(graphone => symbols[graphone]), GraphoneModel.Edge];
            for (var end = 1; end <= sequence.Length; end++)
                for (var length = 1; length <= Math.Min(order, end); length++)
                    CollectionsMarshal.GetValueRefOrAddDefault(_plain[length - 1], Key(sequence.AsSpan(end - length, length)), out _)++;
        }
        _counts = Continuations();
        for (var length = 1; length <= order; length++) Smooth(length);
    }

    /// <summary>The units that the words were parted into.</summary>
    public ImmutableArray<Graphone> Graphones { get; }

    /// <summary>The model, pruned.</summary>
    public GraphoneModel ToModel()
    {
        var kept = Keep();
        var nodes = new List<GraphoneNode>();
        List<UInt128> level = [0];
        for (var length = 0; length <= _order; length++)
        {
            var byParent = length == _order ? null
                : kept[length].GroupBy(key => key >> BitsPerSymbol).ToDictionary(group => group.Key, group => group.Order().ToArray());
            var next = new List<UInt128>();
            foreach (var key in level)
            {
                var children = byParent?.GetValueOrDefault(key) ?? [];
                var backoff = length == 0 ? 1 : _backoffs[length - 1].GetValueOrDefault(key, 1);
                nodes.Add(
                    new GraphoneNode(
                        (ushort)Last(key), length == 0 ? (byte)0 : Quantise(_probabilities[length - 1][key]), Quantise(backoff),
                        children.Length));
                next.AddRange(children);
            }
            level = next;
        }
        return new GraphoneModel(Graphones, CollectionsMarshal.AsSpan(nodes));
    }

    private Dictionary<UInt128, int>[] Continuations()
    {
        var counts = Levels<int>();
        counts[_order - 1] = _plain[_order - 1];
        for (var length = 1; length < _order; length++)
        {
            foreach (var longer in _plain[length].Keys)
                CollectionsMarshal.GetValueRefOrAddDefault(counts[length - 1], longer & Mask(length), out _)++;
            // Nothing stands before a word's beginning: there the plain count is all that there is.
            foreach (var (key, count) in _plain[length - 1])
                if (length > 1 && First(key, length) == GraphoneModel.Edge) counts[length - 1][key] = count;
        }
        return counts;
    }

    private void Smooth(int length)
    {
        var counts = _counts[length - 1];
        var discounts = Discounts(counts.Values);
        foreach (var context in counts.GroupBy(count => count.Key >> BitsPerSymbol))
        {
            var total = context.Sum(count => (double)count.Value);
            var left = context.Sum(count => discounts[Math.Min(count.Value, 3)]) / total;
            if (length > 1) _backoffs[length - 2][context.Key] = left;
            foreach (var (key, count) in context)
                _probabilities[length - 1][key] = ((count - discounts[Math.Min(count, 3)]) / total) + (left * Shorter(key, length));
        }
    }

    /// <summary>Probability of the last symbol without the first of the others.</summary>
    private double Shorter(UInt128 key, int length) =>
        length == 1 ? 1.0 / (Graphones.Length + 1) : _probabilities[length - 2][key & Mask(length - 1)];

    private static double[] Discounts(IEnumerable<int> counts)
    {
        var of = new double[5];
        foreach (var count in counts) if (count <= 4) of[count]++;
        var y = of[1] / (of[1] + (2 * of[2]));
        double[] discounts = [0, 1 - (2 * y * of[2] / of[1]), 2 - (3 * y * of[3] / of[2]), 3 - (4 * y * of[4] / of[3])];
        // Few different symbols, as in tests, leave nothing to estimate discounts from.
        return [.. discounts.Select((discount, i) => double.IsFinite(discount) && discount > 0 && discount < i ? discount : i * 0.5)];
    }

    /// <summary>What of each order stays: what is worth its place, and the beginnings and ends of that.</summary>
    private HashSet<UInt128>[] Keep()
    {
        var kept = new HashSet<UInt128>[_order];
        for (var length = _order; length >= 1; length--)
        {
            var level = kept[length - 1] = [];
            foreach (var key in _counts[length - 1].Keys)
                if (length <= 2 || Worth(key, length) >= _prune) level.Add(key);
            if (length == _order) continue;
            foreach (var longer in kept[length])
            {
                level.Add(longer >> BitsPerSymbol);
                level.Add(longer & Mask(length));
            }
        }
        Rescale(kept);
        return kept;
    }

    /// <summary>Nats that the training would lose without an n-gram.</summary>
    private double Worth(UInt128 key, int length)
    {
        var withIt = Math.Log(_probabilities[length - 1][key]);
        var without = Math.Log(_backoffs[length - 2][key >> BitsPerSymbol]) + Math.Log(Shorter(key, length));
        return _plain[length - 1][key] * (withIt - without);
    }

    /// <summary>Gives what went to the shorter n-grams, so that everything after a context adds up to one again.</summary>
    private void Rescale(HashSet<UInt128>[] kept)
    {
        for (var length = 2; length <= _order; length++)
        {
            foreach (var context in kept[length - 1].GroupBy(key => key >> BitsPerSymbol))
            {
                var here = context.Sum(key => _probabilities[length - 1][key]);
                var shorter = context.Sum(key => Shorter(key, length));
                _backoffs[length - 2][context.Key] = Math.Max(1 - here, 1e-4) / Math.Max(1 - shorter, 1e-4);
            }
        }
    }

    private static byte Quantise(double probability) =>
        (byte)Math.Clamp((int)Math.Round(-Math.Log(probability) / GraphoneModel.Step), 0, 255);

    private Dictionary<UInt128, T>[] Levels<T>() => [.. Enumerable.Range(0, _order).Select(_ => new Dictionary<UInt128, T>())];

    private static UInt128 Key(ReadOnlySpan<int> symbols)
    {
        UInt128 key = 0;
        foreach (var symbol in symbols) key = (key << BitsPerSymbol) | (uint)symbol;
        return key;
    }

    private static UInt128 Mask(int length) => (UInt128.One << (BitsPerSymbol * length)) - 1;

    private static int First(UInt128 key, int length) => (int)(key >> (BitsPerSymbol * (length - 1)));

    private static int Last(UInt128 key) => (int)(key & Mask(1));
}
