using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace AVServer.Runtime;

/// <summary>The components of a Kaldi nnet3 network, by name, read from its binary form; how they hang together is not read.</summary>
/// <remarks>
/// Format: Kaldi's io-funcs and nnet-component-itf.cc. Names stand in angle brackets and end with a space; a whole number is a byte with
/// its size and its bytes, a matrix <c>FM</c>, rows, columns and floats, a vector <c>FV</c>, length and floats.
/// </remarks>
public sealed class KaldiNetwork
{
    private readonly byte[] _bytes;
    private readonly Dictionary<string, Range> _components = [];

    /// <param name="bytes">The file; kept.</param>
    /// <exception cref="InvalidDataException">It holds no such network.</exception>
    public KaldiNetwork(byte[] bytes)
    {
        ArgumentNullException.ThrowIfNull(bytes);
        _bytes = bytes;
        ReadOnlySpan<byte> mark = "<ComponentName> "u8;
        for (var at = 0; ;)
        {
            var found = bytes.AsSpan(at).IndexOf(mark);
            if (found < 0) break;
            var name = at + found + mark.Length;
            var type = Find(" ", name, bytes.Length);
            var typeEnd = Find(">", type, bytes.Length) - 1;
            var closing = "</" + Encoding.ASCII.GetString(bytes, type + 1, typeEnd - type - 1) + ">";
            var end = Find(closing, typeEnd, bytes.Length) - closing.Length;
            _components[Encoding.ASCII.GetString(bytes, name, type - 1 - name)] = type..end;
            at = end;
        }
        if (_components.Count == 0) throw new InvalidDataException("Expected the components of a Kaldi nnet3 model, found none.");
    }

    /// <summary>A component's matrix by its token, rows outermost.</summary>
    /// <exception cref="InvalidDataException">There is no such component, none of its parts has that name, or it is cut off.</exception>
    public (float[] Values, int Rows, int Columns) Matrix(string component, string token)
    {
        var rest = Behind(component, token, "FM ");
        var (rows, columns) = (Integer(ref rest), Integer(ref rest));
        return (Floats(rest, (long)rows * columns), rows, columns);
    }

    /// <summary>A component's vector by its token.</summary>
    /// <inheritdoc cref="Matrix" path="/exception"/>
    public float[] Vector(string component, string token)
    {
        var rest = Behind(component, token, "FV ");
        var length = Integer(ref rest);
        return Floats(rest, length);
    }

    /// <summary>A component's real number by its token.</summary>
    /// <inheritdoc cref="Matrix" path="/exception"/>
    public float Real(string component, string token) =>
        BitConverter.Int32BitsToSingle(Integer(Behind(component, token, "")));

    /// <summary>A batch normalisation by the statistics of training.</summary>
    /// <returns>What each value is multiplied by, and what is added then.</returns>
    /// <inheritdoc cref="Matrix" path="/exception"/>
    public (float[] Scale, float[] Shift) BatchNorm(string component)
    {
        var (scale, shift) = (Vector(component, "StatsVar"), Vector(component, "StatsMean"));
        var (rms, epsilon) = (Real(component, "TargetRms"), Real(component, "Epsilon"));
        for (var i = 0; i < scale.Length; i++)
        {
            scale[i] = rms / MathF.Sqrt(Math.Max(scale[i], 0) + epsilon);
            shift[i] *= -scale[i];
        }
        return (scale, shift);
    }

    /// <summary>Reads a vector in text form: numbers between brackets.</summary>
    /// <exception cref="InvalidDataException">It isn't one.</exception>
    public static float[] TextVector(ReadOnlySpan<byte> file)
    {
        var words = Encoding.ASCII.GetString(file).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        if (words is not ["[", .., "]"]) throw new InvalidDataException("Expected a vector in brackets, got something else.");
        return [.. words[1..^1].Select(word => float.TryParse(word, CultureInfo.InvariantCulture, out var value) ? value
            : throw new InvalidDataException("Expected a vector of numbers, got something else among them."))];
    }

    private ReadOnlySpan<byte> Behind(string component, string token, string type)
    {
        if (!_components.TryGetValue(component, out var range))
            throw new InvalidDataException(
                $"Expected the component {component} in the Kaldi model, got only {string.Join(", ", _components.Keys)}.");
        var at = Find($"<{token}> ", range.Start.Value, range.End.Value);
        var rest = _bytes.AsSpan(at, range.End.Value - at);
        return rest.StartsWith(Encoding.ASCII.GetBytes(type)) ? rest[type.Length..]
            : throw new InvalidDataException($"Expected '{type}' in single precision at byte {at} of the Kaldi model, got something else.");
    }

    private int Find(string token, int start, int end)
    {
        var found = _bytes.AsSpan(start, end - start).IndexOf(Encoding.ASCII.GetBytes(token));
        if (found < 0) throw new InvalidDataException($"Expected {token.Trim()} in the Kaldi model from byte {start} on, found none.");
        return start + found + token.Length;
    }

    private static int Integer(ref ReadOnlySpan<byte> rest)
    {
        var value = Integer(rest);
        rest = rest[5..];
        return value;
    }

    private static int Integer(ReadOnlySpan<byte> rest) => rest.Length < 5
        ? throw new InvalidDataException("Expected a number in the Kaldi model, got its part's end.")
        : BitConverter.ToInt32(rest[1..]);

    private static float[] Floats(ReadOnlySpan<byte> rest, long count) => count < 0 || count > rest.Length / sizeof(float)
        ? throw new InvalidDataException($"Expected {count} numbers in the Kaldi model, got {rest.Length} bytes.")
        : MemoryMarshal.Cast<byte, float>(rest[..(int)(count * sizeof(float))]).ToArray();
}
