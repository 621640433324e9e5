using System.Globalization;
using System.Runtime.InteropServices;
using AVServer.Runtime.Onnx;
using Google.Protobuf;
using static TorchSharp.torch;
using DataType = AVServer.Runtime.Onnx.TensorProto.Types.DataType;

namespace AVServer.Lab.Export.Passes;

/// <summary>
/// A graph that is being changed: who makes a value, who reads it, what its shape is, and its constants as tensors of double precision.
/// </summary>
internal sealed class GraphEditor
{
    private readonly ModelProto _model;
    private readonly Dictionary<string, string[]> _shapes;
    private readonly Dictionary<string, TensorProto> _constants;
    private int _made;

    internal GraphEditor(byte[] graph)
    {
        _model = ModelProto.Parser.ParseFrom(graph);
        _shapes = Graph.ValueInfo.Concat(Graph.Input).Concat(Graph.Output).DistinctBy(value => value.Name).ToDictionary(
            value => value.Name, value =>
                value.Type.TensorType.Shape.Dim.Select(axis => axis.HasDimParam ? axis.DimParam : $"{axis.DimValue}").ToArray());
        _constants = Graph.Initializer.ToDictionary(constant => constant.Name);
        // Numbers that an earlier editor gave are taken.
        _made = _constants.Keys.Concat(Graph.Node.SelectMany(node => node.Output)).Select(NumberOf).Append(-1).Max() + 1;
    }

    /// <summary>The nodes, in the order in which they are computed.</summary>
    internal IReadOnlyList<NodeProto> Nodes => Graph.Node;

    /// <summary>Names of what the graph gives.</summary>
    internal IEnumerable<string> Outputs => Graph.Output.Select(output => output.Name);

    private GraphProto Graph => _model.Graph;

    /// <summary>The node that makes a value; null for inputs and constants.</summary>
    internal NodeProto? ProducerOf(string value) => Graph.Node.FirstOrDefault(node => node.Output.Contains(value));

    /// <summary>The nodes that read a value.</summary>
    internal List<NodeProto> ConsumersOf(string value) => [.. Graph.Node.Where(node => node.Input.Contains(value))];

    /// <summary>The only node that reads what a node makes; null where there are several, or where it leaves the graph.</summary>
    internal NodeProto? SingleConsumerOf(NodeProto node) =>
        node.Output.Count == 1
            && Graph.Output.All(output => output.Name != node.Output[0])
            && ConsumersOf(node.Output[0]) is [var reader] &&
            reader.Input.Count(input => input == node.Output[0]) == 1 ? reader : null;

    /// <summary>The axes of a value, as numbers or names; null where nothing is known of it.</summary>
    internal string[]? ShapeOf(string value) =>
        _shapes.GetValueOrDefault(value) ?? (
            _constants.TryGetValue(value, out var constant) ? [.. constant.Dims.Select(length => $"{length}")] : null);

    /// <summary>Says what shape a value has.</summary>
    internal void Shape(string value, string[] shape) => _shapes[value] = shape;

    /// <summary>Whether a value is a constant of real numbers.</summary>
    internal bool IsWeight(string value) => _constants.TryGetValue(value, out var constant) && constant.DataType == (int)DataType.Float;

    /// <summary>A constant's values.</summary>
    internal Tensor Weight(string value) =>
        tensor(MemoryMarshal.Cast<byte, float>(_constants[value].RawData.Span).ToArray()).reshape([.. _constants[value].Dims]).to(float64);

    /// <summary>A constant's values as they are stored.</summary>
    internal ReadOnlySpan<float> Values(string value) => MemoryMarshal.Cast<byte, float>(_constants[value].RawData.Span);

    /// <summary>Whole numbers that are a constant; null where they are computed.</summary>
    internal long[]? Int64s(string value) => _constants.TryGetValue(value, out var constant) && constant.DataType == (int)DataType.Int64
        ? MemoryMarshal.Cast<byte, long>(constant.RawData.Span).ToArray()
        : null;

    /// <summary>A new constant, named after the one that it was made of.</summary>
    internal string Store(string name, Tensor values)
    {
        using var single = values.to(float32).contiguous();
        return Store(name, values.shape, DataType.Float, MemoryMarshal.AsBytes<float>(single.data<float>().ToArray()));
    }

    /// <inheritdoc cref="Store(string, Tensor)"/>
    internal string Store(string name, IReadOnlyList<long> shape, DataType type, ReadOnlySpan<byte> values)
    {
        var constant =
            new TensorProto { Name = UniqueName(name), DataType = (int)type, RawData = ByteString.CopyFrom(values), Dims = { shape } };
        Graph.Initializer.Add(constant);
        _constants[constant.Name] = constant;
        return constant.Name;
    }

    /// <summary>Whole numbers as a constant, the same for the same numbers.</summary>
    internal string Int64s(IReadOnlyList<long> shape, params ReadOnlySpan<long> values)
    {
        var name = $"wholes_{string.Join('x', shape)}_{string.Join('_', values.ToArray())}";
        return _constants.ContainsKey(name) ? name : Store(name, shape, DataType.Int64, MemoryMarshal.AsBytes(values));
    }

    /// <summary>A name that nothing has yet.</summary>
    internal string UniqueName(string like) => $"{like.Split('~')[0]}~{_made++}";

    private static int NumberOf(string name) =>
        name.Split('~') is [_, var digits] && int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number : -1;

    /// <summary>A node that is in no graph yet.</summary>
    internal static NodeProto Node(string type, IReadOnlyList<string> inputs, string output, params IReadOnlyList<OnnxAttribute> attributes)
    {
        var node = new NodeProto { OpType = type, Input = { inputs }, Output = { output } };
        node.Attribute.Add(attributes.Select(attribute => attribute.ToProto()));
        return node;
    }

    /// <summary>Puts a node in front of another.</summary>
    internal void Insert(NodeProto node, NodeProto before) => Graph.Node.Insert(Graph.Node.IndexOf(before), node);

    /// <summary>Takes a node away.</summary>
    internal void Remove(NodeProto node)
    {
        for (var i = 0; i < Graph.Node.Count; i++)
        {
            if (!ReferenceEquals(Graph.Node[i], node)) continue;
            Graph.Node.RemoveAt(i);
            break;
        }

        node.Output.Clear();
    }

    /// <summary>Other nodes in place of all.</summary>
    internal void Replace(IReadOnlyList<NodeProto> nodes)
    {
        Graph.Node.Clear();
        Graph.Node.Add(nodes);
    }

    /// <summary>Lets every node read another value in place of one.</summary>
    internal void Redirect(string value, string instead)
    {
        foreach (var node in Graph.Node)
        {
            for (var i = 0; i < node.Input.Count; i++)
            {
                if (node.Input[i] == value) node.Input[i] = instead;
            }
        }
    }

    /// <summary>
    /// Puts nodes in the order of their computation, and takes away what nothing leads out of: copies, nodes that nobody reads,
    /// constants.
    /// </summary>
    internal void RemoveUnused()
    {
        var outputs = Graph.Output.Select(output => output.Name).ToHashSet();
        var inputs = Graph.Input.Select(input => input.Name).ToHashSet();
        foreach (var copy in Graph.Node.Where(node => node.OpType == "Identity").ToList())
        {
            var (from, to) = (copy.Input[0], copy.Output[0]);
            if (outputs.Contains(to) && (inputs.Contains(from) || outputs.Contains(from) || _constants.ContainsKey(from))) continue;
            Graph.Node.Remove(copy);
            if (!outputs.Contains(to))
            {
                Redirect(to, from);
                continue;
            }

            Redirect(from, to);
            var maker = ProducerOf(from)!;
            maker.Output[maker.Output.IndexOf(from)] = to;
        }

        var left = Graph.Node.ToList();
        var ordered = new List<NodeProto>();
        var known = inputs.Concat(_constants.Keys).Append("").ToHashSet();
        while (left.Count > 0)
        {
            var ready = left.Where(node => node.Input.All(known.Contains)).ToList();
            if (ready.Count == 0)
                throw new InvalidOperationException($"Expected nodes that can be put in order, got a circle at {left[0].OpType}.");
            foreach (var node in ready)
            {
                ordered.Add(node);
                known.UnionWith(node.Output);
                left.Remove(node);
            }
        }

        var wanted = outputs.ToHashSet();
        var kept = new List<NodeProto>();
        foreach (var node in Enumerable.Reverse(ordered))
        {
            if (!node.Output.Any(wanted.Contains)) continue;
            wanted.UnionWith(node.Input);
            kept.Add(node);
        }

        kept.Reverse();
        Replace(kept);
        TensorProto[] constants = [.. Graph.Initializer.Where(constant => wanted.Contains(constant.Name))];
        Graph.Initializer.Clear();
        Graph.Initializer.Add(constants);
    }

    /// <summary>A graph whose first output is a sigmoid, with what goes into the sigmoid as one more output, <c>logits</c>.</summary>
    /// <param name="graph">The file's bytes.</param>
    internal static byte[] WithLogits(byte[] graph)
    {
        var editor = new GraphEditor(graph);
        var (first, sigmoid) = (editor.Graph.Output[0], editor.ProducerOf(editor.Graph.Output[0].Name)!);
        if (sigmoid.OpType != "Sigmoid")
            throw new ArgumentException($"Expected a Sigmoid behind {first.Name}, got {sigmoid.OpType}.", nameof(graph));
        editor.Graph.Node.Add(Node("Identity", [sigmoid.Input[0]], "logits"));
        var logits = first.Clone();
        logits.Name = "logits";
        editor.Graph.Output.Add(logits);
        return editor._model.ToByteArray();
    }

    /// <summary>A graph that gives some of its inner values too.</summary>
    /// <param name="graph">The file's bytes.</param>
    /// <param name="values">Names of values of single precision.</param>
    internal static byte[] WithOutputs(byte[] graph, IReadOnlyList<string> values)
    {
        var model = ModelProto.Parser.ParseFrom(graph);
        var single = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = (int)DataType.Float } };
        model.Graph.Output.Add(values.Select(value => new ValueInfoProto { Name = value, Type = single }));
        return model.ToByteArray();
    }

    /// <summary>Lets nodes be of another set of operators.</summary>
    internal void Import(string domain, int version) =>
        _model.OpsetImport.Add(new OperatorSetIdProto { Domain = domain, Version = version });

    /// <summary>The file, without the shapes of values inside.</summary>
    internal byte[] ToBytes()
    {
        RemoveUnused();
        Graph.ValueInfo.Clear();
        return _model.ToByteArray();
    }
}
