using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace AVServer.Runtime;

/// <summary>Reads the weights of a Kaldi nnet3 file in binary form: its affine layers and batch normalisations, by name.</summary>
/// <remarks>
/// Kaldi's tokens are text and end with a space, a size byte stands before each number, a matrix is <c>FM</c>, rows, columns and its
/// floats (kaldi, src/matrix/kaldi-matrix.cc and src/nnet3). Only what is asked for is read; how layers hang together is not.
/// </remarks>
internal sealed class KaldiNetwork(byte[] file)
{
    /// <summary>An affine layer's weights.</summary>
    /// <param name="name">Its name.</param>
    /// <returns>[outputs, inputs], row after row, and [outputs].</returns>
    /// <exception cref="InvalidDataException">There is no such layer, or the file is cut off.</exception>
    public (float[] Weights, float[] Bias) Affine(string name)
    {
        var component = Component(name);
        return (Floats(component, "<LinearParams> ", "FM ", axes: 2), Floats(component, "<BiasParams> ", "FV ", axes: 1));
    }

    /// <summary>A batch normalisation by the statistics of training.</summary>
    /// <param name="name">Its name.</param>
    /// <returns>What each value is multiplied by, and what is added then.</returns>
    /// <exception cref="InvalidDataException">There is no such layer, or the file is cut off.</exception>
    public (float[] Scale, float[] Offset) BatchNorm(string name)
    {
        var component = Component(name);
        var (epsilon, targetRms) = (Number(component, "<Epsilon> "), Number(component, "<TargetRms> "));
        var scale = Floats(component, "<StatsVar> ", "FV ", axes: 1);
        var offset = Floats(component, "<StatsMean> ", "FV ", axes: 1);
        for (var i = 0; i < scale.Length; i++)
        {
            scale[i] = targetRms / MathF.Sqrt(Math.Max(scale[i], 0) + epsilon);
            offset[i] *= -scale[i];
        }
        return (scale, offset);
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

    private ReadOnlySpan<byte> Component(string name)
    {
        var begin = Behind(file, $"<ComponentName> {name} ");
        var length = file.AsSpan(begin).IndexOf("<ComponentName> "u8);
        return length < 0 ? file.AsSpan(begin) : file.AsSpan(begin, length);
    }

    private static float Number(ReadOnlySpan<byte> component, string token) =>
        BinaryPrimitives.ReadSingleLittleEndian(Take(component[Behind(component, token)..], 5)[1..]);

    private static float[] Floats(ReadOnlySpan<byte> component, string token, string type, int axes)
    {
        var rest = component[Behind(component, token)..];
        if (!rest.StartsWith(Encoding.ASCII.GetBytes(type)))
            throw new InvalidDataException($"Expected {type}behind {token}, got something else.");
        rest = rest[type.Length..];
        var count = 1L;
        for (var axis = 0; axis < axes; axis++, rest = rest[5..]) count *= BinaryPrimitives.ReadInt32LittleEndian(Take(rest, 5)[1..]);
        if (count < 0 || count > rest.Length / sizeof(float))
            throw new InvalidDataException($"Expected {count} numbers behind {token}, got {rest.Length} bytes.");
        return MemoryMarshal.Cast<byte, float>(rest[..(int)(count * sizeof(float))]).ToArray();
    }

    private static int Behind(ReadOnlySpan<byte> bytes, string token)
    {
        var at = bytes.IndexOf(Encoding.ASCII.GetBytes(token));
        return at < 0 ? throw new InvalidDataException($"Expected {token.Trim()}, got none.") : at + token.Length;
    }

    private static ReadOnlySpan<byte> Take(ReadOnlySpan<byte> bytes, int count) =>
        bytes.Length < count ? throw new InvalidDataException("Expected more bytes, got the file's end.") : bytes[..count];
}
