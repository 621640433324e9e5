using System.Runtime.InteropServices;
using DataType = AVServer.Runtime.Onnx.TensorProto.Types.DataType;

namespace AVServer.Lab.Export.Passes;

/// <summary>
/// Weights that half precision holds exactly, since the network was rounded to it, are stored so; the runtime widens them once, when it
/// loads the graph.
/// </summary>
internal static class HalfStorage
{
    private const int Fewest = 256;

    internal static void Run(GraphEditor graph)
    {
        foreach (var node in graph.Nodes.Where(node => node.OpType is "Conv" or "MatMul" or "Gemm").ToList())
        {
            if (!graph.IsWeight(node.Input[1])) continue;
            var values = graph.Values(node.Input[1]);
            if (values.Length < Fewest || !AreHalves(values)) continue;
            Half[] half = Array.ConvertAll(values.ToArray(), value => (Half)value);
            long[] shape = [.. graph.ShapeOf(node.Input[1])!.Select(long.Parse)];
            var stored = graph.Store(node.Input[1] + ".half", shape, DataType.Float16, MemoryMarshal.AsBytes<Half>(half));
            var widened = graph.UniqueName(node.Input[1] + ".single");
            graph.Insert(GraphEditor.Node("Cast", [stored], widened, ("to", (long)DataType.Float)), node);
            node.Input[1] = widened;
        }
    }

    private static bool AreHalves(ReadOnlySpan<float> values)
    {
        foreach (var value in values)
        {
            if ((float)(Half)value != value) return false;
        }

        return true;
    }
}
