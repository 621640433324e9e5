using AVServer.Speech;

namespace AVServer.Lab.G2p;

/// <summary>
/// Parts words and their phones into graphones: expectation maximisation over all ways to do so, then the best way of each word.
/// </summary>
/// <remarks>
/// Jiampojamarn, Kondrak, Sherif: many-to-many alignments, NAACL 2007. A graphone is one letter with 0–2 phones or two letters with 1
/// phone.
/// </remarks>
internal sealed class GraphoneAligner
{
    private static readonly (int Letters, int Phones)[] Shapes = [(1, 0), (1, 1), (1, 2), (2, 1)];

    // What a rare graphone's count begins with is soon forgotten; silence and pairs begin lower, so that plain pairs of letter and phone
    // lead.
    private static readonly double[] FirstGuess = [0.2, 1, 0.1, 0.3];

    private Dictionary<long, double> _weights = [];

    /// <summary>Learns from words.</summary>
    /// <param name="words">The words.</param>
    /// <param name="rounds">Rounds of expectation maximisation.</param>
    /// <param name="progress">Receives each round's log-likelihood of a word.</param>
    public static GraphoneAligner Learn(IReadOnlyList<G2pExample> words, int rounds, Action<int, double> progress)
    {
        var aligner = new GraphoneAligner();
        for (var round = 0; round < rounds; round++)
        {
            var counts = new Dictionary<long, double>();
            var total = 0.0;
            var aligned = 0;
            foreach (var word in words)
            {
                var likelihood = aligner.Expect(word, counts, isFirst: round == 0);
                if (likelihood <= 0) continue;
                total += Math.Log(likelihood);
                aligned++;
            }
            var sum = counts.Values.Sum();
            aligner._weights = counts.Where(count => count.Value > 0.05).ToDictionary(count => count.Key, count => count.Value / sum);
            progress(round, total / aligned);
        }
        return aligner;
    }

    /// <summary>The most probable way to part a word; null where there is none.</summary>
    public IReadOnlyList<Graphone>? Align(G2pExample word)
    {
        var (rows, columns) = (word.Letters.Length + 1, word.Phones.Length + 1);
        var best = new double[rows * columns];
        var from = new int[rows * columns];
        best[0] = 1;
        for (var i = 0; i < rows; i++)
        {
            for (var j = 0; j < columns; j++)
            {
                if (best[i * columns + j] == 0) continue;
                for (var shape = 0; shape < Shapes.Length; shape++)
                {
                    var (letters, phones) = Shapes[shape];
                    if (i + letters >= rows || j + phones >= columns) continue;
                    var score = best[i * columns + j] * Weight(word, i, j, shape, isFirst: false);
                    var to = (i + letters) * columns + j + phones;
                    if (score > best[to]) (best[to], from[to]) = (score, shape);
                }
            }
        }
        if (best[^1] == 0) return null;
        var graphones = new List<Graphone>();
        for (var (i, j) = (rows - 1, columns - 1); i > 0 || j > 0;)
        {
            var (letters, phones) = Shapes[from[i * columns + j]];
            (i, j) = (i - letters, j - phones);
            graphones.Add(new Graphone(word.Letters.Substring(i, letters), [.. word.Phones.AsSpan(j, phones)]));
        }
        graphones.Reverse();
        return graphones;
    }

    private double Expect(G2pExample word, Dictionary<long, double> counts, bool isFirst)
    {
        var (rows, columns) = (word.Letters.Length + 1, word.Phones.Length + 1);
        var forward = new double[rows * columns];
        var backward = new double[rows * columns];
        (forward[0], backward[^1]) = (1, 1);
        for (var i = 0; i < rows; i++)
            for (var j = 0; j < columns; j++)
                foreach (var (shape, to) in Steps(i, j, rows, columns))
                    forward[to] += forward[i * columns + j] * Weight(word, i, j, shape, isFirst);
        if (forward[^1] == 0) return 0;
        for (var i = rows - 1; i >= 0; i--)
        {
            for (var j = columns - 1; j >= 0; j--)
            {
                foreach (var (shape, to) in Steps(i, j, rows, columns))
                {
                    var through = Weight(word, i, j, shape, isFirst) * backward[to];
                    backward[i * columns + j] += through;
                    var share = forward[i * columns + j] * through / forward[^1];
                    if (share <= 0) continue;
                    System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(
                        counts, Key(word, i, j, shape), out _) += share;
                }
            }
        }
        return forward[^1];
    }

    private static IEnumerable<(int Shape, int To)> Steps(int i, int j, int rows, int columns)
    {
        for (var shape = 0; shape < Shapes.Length; shape++)
        {
            var (letters, phones) = Shapes[shape];
            if (i + letters < rows && j + phones < columns) yield return (shape, (i + letters) * columns + j + phones);
        }
    }

    private double Weight(G2pExample word, int i, int j, int shape, bool isFirst) =>
        isFirst ? FirstGuess[shape] * 0.05 : _weights.GetValueOrDefault(Key(word, i, j, shape));

    private static long Key(G2pExample word, int i, int j, int shape)
    {
        var key = (long)shape;
        for (var n = 0; n < Shapes[shape].Letters; n++) key = (key << 8) | word.Letters[i + n];
        for (var n = 0; n < Shapes[shape].Phones; n++) key = (key << 8) | ((byte)word.Phones[j + n] + 1L);
        return key;
    }
}
