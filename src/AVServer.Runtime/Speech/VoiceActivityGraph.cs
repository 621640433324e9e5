using AVServer.Runtime.Onnx;

namespace AVServer.Runtime;

/// <summary>
/// Silero VAD at 16 kHz as a graph that takes several steps of a stream at once: magnitudes of a short-time Fourier transform, four
/// convolutions, an LSTM from step to step, a sigmoid.
/// </summary>
/// <remarks>
/// The published graph takes one step and asks at each, in operators within operators, which rate it has and how many axes there are;
/// that and the calls cost as much as the arithmetic. Numbers and order of computation are the publisher's.
/// </remarks>
internal static class VoiceActivityGraph
{
    /// <summary>Name of the input: [steps, <see cref="WindowSamples"/>].</summary>
    public const string Windows = "windows";

    /// <summary>Name of the LSTM's output before the first step: [1, 1, <see cref="Memory"/>].</summary>
    public const string Hidden = "hidden";

    /// <summary>Name of the LSTM's cell before the first step: [1, 1, <see cref="Memory"/>].</summary>
    public const string Cell = "cell";

    /// <summary>Name of the output: [steps], 0 to 1.</summary>
    public const string Voice = "voice";

    /// <summary>Name of the LSTM's output behind the last step.</summary>
    public const string NextHidden = "nextHidden";

    /// <summary>Name of the LSTM's cell behind the last step.</summary>
    public const string NextCell = "nextCell";

    /// <summary>Samples that a step sees.</summary>
    public const int WindowSamples = VoiceActivityModel.ContextSamples + VoiceActivityModel.FrameSamples;

    /// <summary>Values that the LSTM remembers, twice.</summary>
    public const int Memory = 128;

    private const string Prefix = "If_0_then_branch__Inline_0__";
    private const int OperatorSet = 17;
    private const int Bins = 129;
    private const int FourierSamples = 256;

    private static readonly (int Inputs, int Outputs, long Stride)[] Convolutions =
        [(Bins, 128, 1), (128, 64, 2), (64, 64, 2), (64, Memory, 1)];

    /// <summary>Lays the graph.</summary>
    /// <param name="file">The publisher's file.</param>
    /// <exception cref="InvalidDataException">It isn't that network.</exception>
    public static byte[] Build(byte[] file)
    {
        var published = new PublishedGraph(file);
        var graph = new OnnxGraph("VoiceActivity", OperatorSet, "AVServer");
        var windows = graph.Input(Windows, ["steps", WindowSamples]);
        graph.Input(Hidden, [1, 1, Memory]);
        graph.Input(Cell, [1, 1, Memory]);

        // [steps, 1, samples] → [steps, bins, 4]: real and imaginary parts stand one behind the other.
        var mirrored = graph.Node("Pad", [windows, graph.Constant("pads", 0, 0, 0, FourierSamples / 4)], ("mode", "reflect"));
        var sound = graph.Node("Unsqueeze", [mirrored, graph.Constant("channel", 1)]);
        var parts = graph.Node(
            "Conv", [sound, Constant("stft.forward_basis_buffer", 2 * Bins, 1, FourierSamples)],
            ("strides", new long[] { FourierSamples / 2 }));
        var squares = graph.Node("Mul", [parts, parts]);
        graph.Add("Split", [squares, graph.Constant("parts", Bins, Bins)], ["real", "imaginary"], ("axis", 1L));
        var values = graph.Node("Sqrt", [graph.Node("Add", ["real", "imaginary"])]);

        foreach (var (layer, (inputs, outputs, stride)) in Convolutions.Index())
        {
            var name = $"encoder.{layer}.reparam_conv";
            var convolved = graph.Node(
                "Conv", [values, Constant($"{name}.weight", outputs, inputs, 3), Constant($"{name}.bias", outputs)],
                ("pads", new[] { 1L, 1 }), ("strides", new[] { stride }));
            values = graph.Node("Relu", [convolved]);
        }

        // [steps, memory, 1] → [steps, 1, memory]: to an LSTM the second axis is streams.
        var steps = graph.Node("Transpose", [values], ("perm", new[] { 0L, 2, 1 }));
        graph.Add(
            "LSTM",
            [
                steps, Gates("weight_ih", Memory), Gates("weight_hh", Memory), Biases(), "", Hidden, Cell,
            ],
            ["remembered", NextHidden, NextCell], ("hidden_size", (long)Memory));
        var rows = graph.Node("Relu", [graph.Node("Reshape", ["remembered", graph.Constant("rows", -1, Memory)])]);
        var logits = graph.Node(
            "Gemm",
            [
                rows, graph.Constant("last.weight", [Memory, 1], Values("decoder.decoder.2.weight", 1, Memory, 1)),
                Constant("decoder.decoder.2.bias", 1),
            ]);
        graph.Add("Sigmoid", [logits], [Voice]);
        graph.Output(Voice, ["steps", 1]);
        graph.Output(NextHidden, [1, 1, Memory]);
        graph.Output(NextCell, [1, 1, Memory]);
        return graph.ToBytes();

        float[] Values(string name, params ReadOnlySpan<long> shape) => published.Constant(Prefix + name, shape);

        string Constant(string name, params long[] shape) => graph.Constant(name, shape, Values(name, shape));

        // PyTorch has the gates as input, forget, cell, output; ONNX as input, output, forget, cell.
        float[] Ordered(float[] gates)
        {
            var gate = gates.Length / 4;
            return [.. gates[..gate], .. gates[(3 * gate)..], .. gates[gate..(3 * gate)]];
        }

        string Gates(string name, int inputs) =>
            graph.Constant(name, [1, 4 * Memory, inputs], Ordered(Values($"decoder.rnn.{name}", 4 * Memory, inputs)));

        string Biases() => graph.Constant(
            "biases", [1, 8 * Memory],
            [.. Ordered(Values("decoder.rnn.bias_ih", 4 * Memory)), .. Ordered(Values("decoder.rnn.bias_hh", 4 * Memory))]);
    }
}
