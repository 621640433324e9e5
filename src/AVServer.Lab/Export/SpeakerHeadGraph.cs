using AVServer.Models.Emotion;
using static TorchSharp.torch;

namespace AVServer.Lab.Export;

/// <summary>
/// <see cref="SpeakerHead"/> as a graph: <c>descriptors</c> [N, values], <c>speaker</c> [N, 2 · values + 1], and where it reads <c>words</c> [N, W, labels], <c>wordCount</c> [N]
/// → <c>logits</c> [N, labels]. Rows of words behind the last are zeros, which vote for nothing.
/// </summary>
internal static class SpeakerHeadGraph
{
    internal static byte[] Build(SpeakerHead model)
    {
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        var (config, layers, graph) = (model.Config, model.Layers, new OldGraph(nameof(SpeakerHead)));
        var descriptors = graph.Input("descriptors", "N", config.Values);
        var speaker = graph.Input("speaker", "N", (2 * config.Values) + 1);
        var (words, count) = config.Reads ? (graph.Input("words", "N", config.MaxWords, config.Labels), graph.IntegerInput("wordCount", "N")) : ("", "");

        var (mean, istd) = (graph.Constant(layers.Mean), graph.Constant(layers.Istd));
        var seconds = graph.Slice(speaker, 1, 2 * config.Values, (2 * config.Values) + 1);
        var trust = graph.Node("Div", [seconds, graph.Node("Add", [seconds, Scalar(config.PriorSeconds)])]);
        var own = Units(graph.Slice(speaker, 1, 0, config.Values));
        var centre = graph.Node("Mul", [own, trust]);
        var away = graph.Node("Sub", [own, centre]);
        var spread = graph.Node("Mul", [graph.Slice(speaker, 1, config.Values, 2 * config.Values), graph.Constant(layers.Istd * layers.Istd)]);
        var around = graph.Node("Add", [spread, graph.Node("Mul", [away, away])]);
        var variance = graph.Node("Add", [graph.Node("Mul", [around, trust]), graph.Node("Sub", [Scalar(1), trust])]);
        var normal = graph.Node("Div", [graph.Node("Sub", [Units(descriptors), centre]), graph.Node("Sqrt", [variance])]);
        var heard = graph.Linear(normal, layers.Weight, layers.Bias);

        graph.Output(config.Reads ? Vote() : heard, "logits", "N", config.Labels);
        return graph.ToBytes();

        string Vote()
        {
            var told = graph.Spread(graph.Real(graph.Node("Greater", [count, graph.Scalar(0)])), 1);
            var votes = graph.Sum(words, 1);
            var level = graph.Node("ReduceMean", [votes], ("axes", [1L]), ("keepdims", 1));
            var said = graph.Node("Mul", [graph.Node("Tanh", [graph.Node("Sub", [votes, level])]), Scalar(config.WordBound)]);
            return graph.Node("Add", [heard, graph.Node("Mul", [said, told])]);
        }

        string Scalar(double value) => graph.Constant(tensor((float)value));
        string Units(string values) => graph.Node("Mul", [graph.Node("Sub", [values, mean]), istd]);
    }
}
