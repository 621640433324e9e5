using AVServer.Runtime;

namespace AVServer.Lab.Import.Kaldi;

/// <summary>
/// A Kaldi nnet3 acoustic model, read from its binary <c>final.mdl</c>: the transition model and the network.
/// </summary>
/// <remarks>Format: Kaldi's transition-model.cc.</remarks>
/// <param name="Network">The components of the network.</param>
/// <param name="Transitions">
/// States of all phones: which output of the network is a state's first frame, and which its later ones.
/// </param>
internal sealed record KaldiModel(KaldiNetwork Network, IReadOnlyList<KaldiTransition> Transitions)
{
    /// <summary>Reads a file.</summary>
    /// <exception cref="InvalidDataException">It isn't such a model.</exception>
    public static KaldiModel Load(string path)
    {
        var bytes = File.ReadAllBytes(path);
        var transitions = ReadTransitions(bytes);
        return new KaldiModel(new KaldiNetwork(bytes), transitions);
    }

    private static List<KaldiTransition> ReadTransitions(byte[] bytes)
    {
        const int fields = 4, size = 5;
        var at = bytes.AsSpan().IndexOf("<Tuples> "u8);
        if (at < 0) throw new InvalidDataException("Expected <Tuples> in the Kaldi model, found none.");
        at += "<Tuples> ".Length;
        var count = Integer(at);
        at += size;
        var transitions = new List<KaldiTransition>(count);
        for (var i = 0; i < count; i++, at += fields * size)
            transitions.Add(new KaldiTransition(Integer(at), Integer(at + size), Integer(at + (2 * size)), Integer(at + (3 * size))));
        return transitions;

        int Integer(int place) => BitConverter.ToInt32(bytes, place + 1);
    }
}

/// <summary>One state of a phone in a context.</summary>
/// <param name="Phone">Number of the phone in the model's phone table.</param>
/// <param name="State">State within the phone; 0 in chain models.</param>
/// <param name="Enter">Output of the network for the first frame in the state.</param>
/// <param name="Stay">Output for the frames after it.</param>
internal readonly record struct KaldiTransition(int Phone, int State, int Enter, int Stay);
