using AVServer.Detection;

namespace AVServer.Lab.Lips;

/// <summary>
/// Lays words that are known to be said over a recording's phone scores (forced alignment): any of each word's pronunciations, silence
/// between words or none.
/// </summary>
/// <param name="states">Outputs of the phones.</param>
internal sealed class PhoneAligner(PhoneStates states)
{
    private readonly int _silence = states.IndexOf("SIL");

    /// <summary>Aligns.</summary>
    /// <param name="scores">What the teacher hears.</param>
    /// <param name="words">By word, its pronunciations.</param>
    /// <returns>By frame, the phone and the word's number, -1 in silence; null where there are too few frames.</returns>
    public (int[] Phones, int[] Words)? Align(PhoneScores scores, IReadOnlyList<int[][]> words)
    {
        var nodes = Nodes(words, out var lasts);
        var (best, from) = (new float[nodes.Count], new int[scores.Frames, nodes.Count]);
        Array.Fill(best, float.NegativeInfinity);
        var next = new float[nodes.Count];
        for (var frame = 0; frame < scores.Frames; frame++)
        {
            for (var i = 0; i < nodes.Count; i++)
            {
                var node = nodes[i];
                var (score, before) = (best[i] + scores.Stay(frame, node.Phone), i);
                var enter = scores.Enter(frame, node.Phone);
                foreach (var other in node.Before)
                {
                    var entered = (other < 0 ? (frame == 0 ? 0 : float.NegativeInfinity) : best[other]) + enter;
                    if (entered > score) (score, before) = (entered, other);
                }
                (next[i], from[frame, i]) = (score, before);
            }
            (best, next) = (next, best);
        }
        var last = lasts.MaxBy(node => best[node]);
        if (float.IsNegativeInfinity(best[last])) return null;
        var (phones, spoken) = (new int[scores.Frames], new int[scores.Frames]);
        for (var (frame, at) = (scores.Frames - 1, last); frame >= 0; frame--)
        {
            (phones[frame], spoken[frame]) = (nodes[at].Phone, nodes[at].Word);
            at = from[frame, at];
        }
        return (phones, spoken);
    }

    // One node a phone, each with those that may come before it; -1 is the beginning.
    private List<Node> Nodes(IReadOnlyList<int[][]> words, out List<int> lasts)
    {
        var nodes = new List<Node> { new(_silence, -1, [-1]) };
        lasts = [-1, 0];
        for (var word = 0; word < words.Count; word++)
        {
            var ends = new List<int>();
            foreach (var way in words[word])
            {
                for (var i = 0; i < way.Length; i++) nodes.Add(new Node(way[i], word, i == 0 ? [.. lasts] : [nodes.Count - 1]));
                ends.Add(nodes.Count - 1);
            }
            nodes.Add(new Node(_silence, -1, [.. ends]));
            lasts = [.. ends, nodes.Count - 1];
        }
        lasts.Remove(-1);
        return nodes;
    }

    private sealed record Node(int Phone, int Word, int[] Before);
}
