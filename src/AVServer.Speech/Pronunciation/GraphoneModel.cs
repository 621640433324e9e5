using System.Collections.Immutable;
using System.Runtime.CompilerServices;

namespace AVServer.Speech;

/// <summary>How probable a graphone is after others: an n-gram model with back-off, kept as a tree. Immutable; shared by threads.</summary>
/// <remarks>
/// A node is an n-gram; its children are that n-gram with one symbol more, in the symbols' order, one after another. Symbols are the
/// graphones' numbers plus one, 0 is the edge of a word. Levels follow each other: node 0 is the empty n-gram, then come all of length one,
/// of length two, and so on.
/// </remarks>
public sealed class GraphoneModel
{
    /// <summary>The symbol of a word's beginning and end.</summary>
    public const int Edge = 0;

    /// <summary>Nats per unit of a stored logarithm: coarse, because finer ones change no figure and the file packs worse.</summary>
    public const float Step = 0.06f;

    private readonly ushort[] _symbols;
    private readonly byte[] _logProbabilities;
    private readonly byte[] _backoffs;
    private readonly int[] _children;
    private readonly int[] _suffixes;

    /// <param name="graphones">The units; symbol i + 1 is the i-th.</param>
    /// <param name="nodes">All n-grams in the order of levels, the empty one first; each but the last level's says how many children it
    /// has.</param>
    /// <exception cref="InvalidDataException">The nodes are no tree of n-grams whose ends are n-grams too.</exception>
    public GraphoneModel(ImmutableArray<Graphone> graphones, ReadOnlySpan<GraphoneNode> nodes)
    {
        Graphones = graphones;
        var count = nodes.Length;
        (_symbols, _logProbabilities, _backoffs, _children, _suffixes) =
            (new ushort[count], new byte[count], new byte[count], new int[count + 1], new int[count]);
        var next = 1;
        for (var i = 0; i < count; i++)
        {
            var node = nodes[i];
            if (node.Symbol > graphones.Length || node.Children < 0 || (i >= next && i > 0)) throw Broken(i);
            (_symbols[i], _logProbabilities[i], _backoffs[i], _children[i]) = (node.Symbol, node.LogProbability, node.Backoff, next);
            next += node.Children;
        }
        if (count == 0 || next != count) throw Broken(count);
        _children[count] = count;
        Link();
    }

    /// <summary>Reads a model that <see cref="Write"/> wrote.</summary>
    /// <exception cref="InvalidDataException">The bytes are no model.</exception>
    public static GraphoneModel Read(Stream source) => GraphoneModelFile.Read(source);

    /// <summary>Writes the model; the same model always gives the same bytes.</summary>
    public void Write(Stream destination) => GraphoneModelFile.Write(this, destination);

    /// <summary>The units.</summary>
    public ImmutableArray<Graphone> Graphones { get; }

    /// <summary>How many n-grams there are, the empty one among them.</summary>
    public int Count => _symbols.Length;

    /// <summary>The node after the beginning of a word.</summary>
    public int Start => Child(0, Edge);

    /// <summary>An n-gram as it was given.</summary>
    public GraphoneNode this[int node] =>
        new(_symbols[node], _logProbabilities[node], _backoffs[node], _children[node + 1] - _children[node]);

    /// <summary>Goes from what came before to what comes next.</summary>
    /// <param name="node">The longest known n-gram of what came before.</param>
    /// <param name="symbol">What comes next.</param>
    /// <param name="logProbability">Receives its natural logarithm of probability.</param>
    /// <returns>The longest known n-gram that has the symbol at its end.</returns>
    public int Advance(int node, int symbol, out float logProbability)
    {
        var units = 0;
        for (; ; node = _suffixes[node])
        {
            var child = Child(node, symbol);
            if (child > 0)
            {
                logProbability = -Step * (units + _logProbabilities[child]);
                // What nothing follows is no context: its end is.
                while (_children[child] == _children[child + 1] && child > 0) child = _suffixes[child];
                return child;
            }
            if (node == 0) break;
            units += _backoffs[node];
        }
        logProbability = float.NegativeInfinity;
        return 0;
    }

    // Most of its calls come from one loop, which is over before the tiered compiler has made it fast.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int Child(int node, int symbol)
    {
        var (low, high) = (_children[node], _children[node + 1] - 1);
        while (low <= high)
        {
            var middle = (low + high) >>> 1;
            if (_symbols[middle] == symbol) return middle;
            if (_symbols[middle] < symbol) low = middle + 1;
            else high = middle - 1;
        }
        return 0;
    }

    /// <summary>Links each n-gram to the one without its first symbol.</summary>
    private void Link()
    {
        var parent = 0;
        for (var i = 1; i < Count; i++)
        {
            while (i >= _children[parent + 1]) parent++;
            if (i > _children[parent] && _symbols[i] <= _symbols[i - 1]) throw Broken(i);
            if (parent == 0) continue;
            _suffixes[i] = Child(_suffixes[parent], _symbols[i]);
            if (_suffixes[i] == 0) throw Broken(i);
        }
    }

    private static InvalidDataException Broken(int node) =>
        new($"Expected a tree of n-grams in the order of their levels, got another at node {node}.");
}
