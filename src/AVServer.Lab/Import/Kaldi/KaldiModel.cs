using System.Runtime.InteropServices;
using System.Text;

namespace AVServer.Lab.Import.Kaldi;

/// <summary>
/// A Kaldi nnet3 acoustic model, read from its binary <c>final.mdl</c>: the transition model and the components of the network.
/// </summary>
/// <remarks>
/// Format: Kaldi's io-funcs, transition-model.cc and nnet-component-itf.cc. Names stand in angle brackets and end with a space; a whole
/// number is a byte with its size and its bytes, a matrix <c>FM</c>, rows, columns and floats, a vector <c>FV</c>, length and floats.
/// </remarks>
internal sealed class KaldiModel
{
    private readonly byte[] _bytes;
    private readonly Dictionary<string, Range> _components = [];

    private KaldiModel(byte[] bytes) => _bytes = bytes;

    /// <summary>States of all phones: which output of the network is a state's first frame, and which its later ones.</summary>
    public IReadOnlyList<KaldiTransition> Transitions { get; private set; } = [];

    /// <summary>Reads a file.</summary>
    /// <exception cref="InvalidDataException">It isn't such a model.</exception>
    public static KaldiModel Load(string path)
    {
        var model = new KaldiModel(File.ReadAllBytes(path));
        model.Transitions = model.ReadTransitions();
        model.FindComponents();
        return model;
    }

    /// <summary>A component's matrix by its token, rows outermost.</summary>
    /// <exception cref="InvalidDataException">There is no such component, or none of its parts has that name.</exception>
    public (float[] Values, int Rows, int Columns) Matrix(string component, string token)
    {
        var at = After(component, token);
        Expect(at, "FM ");
        var (rows, columns) = (Integer(at + 3), Integer(at + 8));
        return (Floats(at + 13, rows * columns), rows, columns);
    }

    /// <summary>A component's vector by its token.</summary>
    /// <inheritdoc cref="Matrix" path="/exception"/>
    public float[] Vector(string component, string token)
    {
        var at = After(component, token);
        Expect(at, "FV ");
        return Floats(at + 8, Integer(at + 3));
    }

    /// <summary>A component's real number by its token.</summary>
    /// <inheritdoc cref="Matrix" path="/exception"/>
    public float Real(string component, string token) => BitConverter.ToSingle(_bytes, After(component, token) + 1);

    private List<KaldiTransition> ReadTransitions()
    {
        const int fields = 4, size = 5;
        var at = Find("<Tuples> ", 0, _bytes.Length);
        var count = Integer(at);
        at += size;
        var transitions = new List<KaldiTransition>(count);
        for (var i = 0; i < count; i++, at += fields * size)
            transitions.Add(new KaldiTransition(Integer(at), Integer(at + size), Integer(at + (2 * size)), Integer(at + (3 * size))));
        return transitions;
    }

    private void FindComponents()
    {
        ReadOnlySpan<byte> mark = "<ComponentName> "u8;
        for (var at = 0; ;)
        {
            var found = _bytes.AsSpan(at).IndexOf(mark);
            if (found < 0) break;
            var name = at + found + mark.Length;
            var type = name + _bytes.AsSpan(name).IndexOf((byte)' ') + 1;
            var typeEnd = type + _bytes.AsSpan(type).IndexOf((byte)'>');
            var closing = "</" + Encoding.ASCII.GetString(_bytes, type + 1, typeEnd - type - 1) + ">";
            var end = Find(closing, typeEnd, _bytes.Length) - closing.Length;
            _components[Encoding.ASCII.GetString(_bytes, name, type - 1 - name)] = type..end;
            at = end;
        }
        if (_components.Count == 0) throw new InvalidDataException("Expected the components of a Kaldi nnet3 model, found none.");
    }

    private int After(string component, string token)
    {
        if (!_components.TryGetValue(component, out var range))
            throw new InvalidDataException(
                $"Expected the component {component} in the Kaldi model, got only {string.Join(", ", _components.Keys)}.");
        return Find($"<{token}> ", range.Start.Value, range.End.Value);
    }

    private int Find(string token, int start, int end)
    {
        var found = _bytes.AsSpan(start, end - start).IndexOf(Encoding.ASCII.GetBytes(token));
        if (found < 0) throw new InvalidDataException($"Expected {token.Trim()} in the Kaldi model from byte {start} on, found none.");
        return start + found + token.Length;
    }

    private void Expect(int at, string token)
    {
        var got = Encoding.ASCII.GetString(_bytes, at, token.Length);
        if (got != token)
            throw new InvalidDataException($"Expected '{token}' in single precision at byte {at} of the Kaldi model, got '{got}'.");
    }

    private int Integer(int at) => BitConverter.ToInt32(_bytes, at + 1);

    private float[] Floats(int at, int count) => MemoryMarshal.Cast<byte, float>(_bytes.AsSpan(at, count * sizeof(float))).ToArray();
}

/// <summary>One state of a phone in a context.</summary>
/// <param name="Phone">Number of the phone in the model's phone table.</param>
/// <param name="State">State within the phone; 0 in chain models.</param>
/// <param name="Enter">Output of the network for the first frame in the state.</param>
/// <param name="Stay">Output for the frames after it.</param>
internal readonly record struct KaldiTransition(int Phone, int State, int Enter, int Stay);
