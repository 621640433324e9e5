using System.Text;

namespace TorchSharp.Utils;

/// <summary>
/// TorchSharp's file of named tensors: the count; then, for each, its name (length and UTF-8), element type, number of
/// dimensions and dimensions, all whole numbers as LEB128, and the elements' bytes, row by row, little-endian.
/// </summary>
internal static class StateFile
{
    private const int MaxDims = 16;

    internal static void Write(Stream stream, IReadOnlyDictionary<string, torch.Tensor> state)
    {
        using var writer = new BinaryWriter(stream, Encoding.UTF8, leaveOpen: true);
        writer.Write7BitEncodedInt(state.Count);
        foreach (var (name, tensor) in state)
        {
            writer.Write(name);
            writer.Write7BitEncodedInt((int)tensor.dtype);
            var shape = tensor.shape;
            writer.Write7BitEncodedInt(shape.Length);
            foreach (var length in shape) writer.Write7BitEncodedInt64(length);
            writer.Write(tensor.bytes);
        }
    }

    /// <exception cref="InvalidDataException">The file isn't of this format, or ends early.</exception>
    internal static Dictionary<string, torch.Tensor> Read(Stream stream)
    {
        using var reader = new BinaryReader(stream, Encoding.UTF8, leaveOpen: true);
        try
        {
            var count = reader.Read7BitEncodedInt();
            var state = new Dictionary<string, torch.Tensor>(StringComparer.Ordinal);
            for (var i = 0; i < count; i++) state.Add(reader.ReadString(), ReadTensor(reader));
            return state;
        }
        catch (Exception error) when (error is EndOfStreamException or FormatException or ArgumentException or TorchException)
        {
            throw new InvalidDataException("Expected a file of named tensors as Module.save writes it; this one is damaged or of another kind.", error);
        }
    }

    private static torch.Tensor ReadTensor(BinaryReader reader)
    {
        var dtype = (torch.ScalarType)reader.Read7BitEncodedInt();
        if (!Enum.IsDefined(dtype)) throw new FormatException($"Expected an element type, got {(int)dtype}.");
        var dims = reader.Read7BitEncodedInt();
        if (dims is < 0 or > MaxDims) throw new FormatException($"Expected at most {MaxDims} dimensions, got {dims}.");
        var shape = new long[dims];
        for (var i = 0; i < dims; i++) shape[i] = reader.Read7BitEncodedInt64();
        var tensor = torch.empty(shape, dtype);
        var bytes = reader.ReadBytes(checked((int)(tensor.NumberOfElements * tensor.ElementSize)));
        if (bytes.Length != tensor.NumberOfElements * tensor.ElementSize) throw new EndOfStreamException();
        tensor.bytes = bytes;
        return tensor;
    }
}
