using System.Runtime.InteropServices;
using DataType = AVServer.Runtime.Onnx.TensorProto.Types.DataType;

namespace AVServer.Runtime.Onnx;

/// <summary>
/// The weights of a graph that somebody published, by the names that it gives its values; graphs inside its operators too.
/// </summary>
internal sealed class PublishedGraph
{
    private readonly Dictionary<string, TensorProto> _constants = [];

    /// <param name="file">The ONNX file's bytes.</param>
    /// <exception cref="InvalidDataException">The bytes are no graph.</exception>
    public PublishedGraph(byte[] file) => Read(GraphCut.Parse(file).Graph);

    /// <summary>A constant's values.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="shape">Its axes.</param>
    /// <exception cref="InvalidDataException">There is no such constant, or it has other axes.</exception>
    public float[] Constant(string name, params ReadOnlySpan<long> shape)
    {
        if (!_constants.TryGetValue(name, out var tensor)) throw new InvalidDataException($"Expected a constant '{name}', found none.");
        var values = Values(tensor);
        if (!shape.SequenceEqual([.. tensor.Dims]) || values.Length != tensor.Dims.Aggregate(1L, (all, axis) => all * axis))
            throw new InvalidDataException(
                $"Expected '{name}' as [{string.Join(", ", shape.ToArray())}], got [{string.Join(", ", tensor.Dims)}].");
        return values;
    }

    private static float[] Values(TensorProto tensor)
    {
        var raw = tensor.RawData.Span;
        return (DataType)tensor.DataType switch
        {
            DataType.Float when tensor.FloatData.Count > 0 => [.. tensor.FloatData],
            DataType.Float => MemoryMarshal.Cast<byte, float>(raw).ToArray(),
            _ => throw new InvalidDataException($"Expected '{tensor.Name}' of real numbers, got the type {tensor.DataType}."),
        };
    }

    private void Read(GraphProto graph)
    {
        foreach (var constant in graph.Initializer) _constants[constant.Name] = constant;
        foreach (var node in graph.Node)
        {
            foreach (var attribute in node.Attribute)
            {
                if (attribute.T is { } value && node.OpType == "Constant") _constants[node.Output[0]] = value;
                if (attribute.G is { } inner) Read(inner);
            }
        }
    }
}
