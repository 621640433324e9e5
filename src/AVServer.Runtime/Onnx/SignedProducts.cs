using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using DataType = AVServer.Runtime.Onnx.TensorProto.Types.DataType;

namespace AVServer.Runtime.Onnx;

/// <summary>Finds out how ONNX Runtime multiplies unsigned bytes by signed ones on this processor.</summary>
internal static class SignedProducts
{
    // Lengths that fill no vector, so that what is left over is looked at too.
    internal const int Depth = 77;
    internal const int Columns = 35;

    /// <summary>
    /// Whether sums of such products are exact: processors without VNNI add two of them in 16 bits, where they may not fit.
    /// </summary>
    public static bool AreExact()
    {
        var (weights, sums) = (Weights(), new int[Columns]);
        for (var i = 0; i < weights.Length; i++) sums[i % Columns] += byte.MaxValue * weights[i];
        using var session = SessionFactory.Open(Graph(weights));
        using var options = new RunOptions();
        // One row is multiplied otherwise than several.
        foreach (var rows in (int[])[1, 2, 9])
        {
            using var input = OrtValue.CreateAllocatedTensorValue(OrtAllocator.DefaultInstance, TensorElementType.UInt8, [rows, Depth]);
            input.GetTensorMutableDataAsSpan<byte>().Fill(byte.MaxValue);
            using var results = session.Run(options, ["a"], [input], ["y"]);
            var got = results[0].GetTensorDataAsSpan<int>();
            for (var row = 0; row < rows; row++)
                if (!got.Slice(row * Columns, Columns).SequenceEqual(sums)) return false;
        }
        return true;
    }

    /// <summary>The weights that are tried: by columns the largest, the least, and both in turn.</summary>
    /// <returns>[<see cref="Depth"/>, <see cref="Columns"/>].</returns>
    internal static sbyte[] Weights()
    {
        var weights = new sbyte[Depth * Columns];
        for (var i = 0; i < weights.Length; i++)
            weights[i] = (i % Columns % 3, i / Columns % 2) is (0, _) or (2, 0) ? sbyte.MaxValue : sbyte.MinValue;
        return weights;
    }

    private static byte[] Graph(sbyte[] weights)
    {
        var graph = new OnnxGraph("products", 13, "avserver");
        graph.Input("a", ["rows", Depth], DataType.Uint8);
        graph.Constant("b", [Depth, Columns], DataType.Int8, MemoryMarshal.AsBytes(weights.AsSpan()));
        graph.Add("MatMulInteger", ["a", "b"], ["y"]);
        graph.Output("y", ["rows", Columns], DataType.Int32);
        return graph.ToBytes();
    }
}
