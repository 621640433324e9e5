using AVServer.Runtime.Onnx.Outline;
using Google.Protobuf;

namespace AVServer.Runtime;

/// <summary>What an ONNX file asks of its surroundings: a model must be one closed file of known operators.</summary>
/// <remarks>External data would let a model name any file of this machine.</remarks>
internal static class GraphCheck
{
    /// <summary>Domains whose operators ONNX Runtime brings along.</summary>
    private static readonly string[] KnownDomains = ["", "ai.onnx", "ai.onnx.ml", "com.microsoft"];

    private static readonly MessageParser<ModelProto> Parser = ModelProto.Parser.WithDiscardUnknownFields(true);

    /// <summary>Checks one graph.</summary>
    /// <returns>What is wrong with it, or null.</returns>
    public static ModelProblem? Find(string model, string file, byte[] bytes)
    {
        try
        {
            return Find(model, file, Parser.ParseFrom(bytes));
        }
        catch (InvalidProtocolBufferException e)
        {
            return Unreadable(model, file, e.Message);
        }
    }

    private static ModelProblem? Find(string model, string file, ModelProto parsed)
    {
        if (parsed.Graph is not { } graph) return Unreadable(model, file, "no graph in it");
        GraphProto[] graphs = [.. WithNested(graph), .. parsed.Functions.SelectMany(function => Nested(function.Node))];
        NodeProto[] nodes = [.. graphs.SelectMany(each => each.Node), .. parsed.Functions.SelectMany(function => function.Node)];

        if (Tensors(graphs, nodes).FirstOrDefault(tensor => tensor.DataLocation != 0 || tensor.ExternalData.Count > 0) is { } tensor)
            return new ModelProblem(
                ModelProblemCode.ExternalData, model, $"{file} with all its weights inside", $"tensor '{tensor.Name}' in another file",
                "Export the model as one file.");
        string[] unknown =
            [.. parsed.OpsetImport.Select(import => import.Domain).Concat(nodes.Select(node => node.Domain)).Except(KnownDomains)];
        return unknown.Length == 0 ? null : new ModelProblem(
            ModelProblemCode.CustomOperators, model, $"{file} with standard operators only", $"the domain {string.Join(", ", unknown)}",
            "Export the model with standard operators.");
    }

    private static IEnumerable<GraphProto> WithNested(GraphProto graph) => Nested(graph.Node).Prepend(graph);

    private static IEnumerable<GraphProto> Nested(IEnumerable<NodeProto> nodes) =>
        nodes.SelectMany(node => node.Attribute).SelectMany(attribute => Given(attribute.Graphs, attribute.G)).SelectMany(WithNested);

    private static IEnumerable<TensorProto> Tensors(IEnumerable<GraphProto> graphs, IEnumerable<NodeProto> nodes)
    {
        var attributes = nodes.SelectMany(node => node.Attribute).ToArray();
        var sparse = graphs.SelectMany(graph => graph.SparseInitializer)
            .Concat(attributes.SelectMany(attribute => Given(attribute.SparseTensors, attribute.SparseTensor)));
        return graphs.SelectMany(graph => graph.Initializer)
            .Concat(attributes.SelectMany(attribute => Given(attribute.Tensors, attribute.T)))
            .Concat(sparse.SelectMany(tensor => Given([tensor.Indices], tensor.Values)));
    }

    /// <summary>All of a list's, and one that may be absent.</summary>
    private static IEnumerable<T> Given<T>(IEnumerable<T?> list, T? one)
        where T : class => list.Append(one).OfType<T>();

    private static ModelProblem Unreadable(string model, string file, string got) =>
        new(ModelProblemCode.GraphUnreadable, model, $"{file} to be an ONNX graph", got, "Export the model again.");
}
