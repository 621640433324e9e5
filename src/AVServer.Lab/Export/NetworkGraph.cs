using System.Runtime.InteropServices;
using AVServer.Networks;
using AVServer.Runtime;
using AVServer.Runtime.Onnx;
using static TorchSharp.torch;
using DataType = AVServer.Runtime.Onnx.TensorProto.Types.DataType;

namespace AVServer.Lab.Export;

/// <summary>
/// The graph that a network writes when it runs over <see cref="GraphValue"/>s: nodes, weights under the names of its state, and the
/// cache of a stream.
/// </summary>
internal sealed class NetworkGraph
{
    /// <summary>Version of ONNX's operators.</summary>
    internal const int OperatorSet = 17;

    /// <summary>Who makes the files.</summary>
    internal const string Producer = "av-lab";

    private const string Cache = "cache";
    private const string NextCache = "nextCache";

    private readonly OnnxGraph _graph;
    private readonly Dictionary<nint, string> _weights;
    private readonly Dictionary<string, string> _constants = [];
    private readonly Dictionary<string, DataType> _others = []; // what holds no real numbers
    private readonly List<(string Past, string Next, Axis[] Shape)> _parts = [];
    private readonly bool _streams;

    private NetworkGraph(nn.Module network, bool streams)
    {
        _graph = new OnnxGraph(network.GetName(), OperatorSet, Producer);
        _weights = network.state_dict().ToDictionary(entry => entry.Value.Handle, entry => entry.Key);
        _streams = streams;
    }

    /// <summary>Multiply-accumulates (MACs) of one run, where all lengths are known.</summary>
    internal long MultiplyAccumulates { get; private set; }

    /// <summary>Shape of the cache without the batch; empty for a network of whole windows.</summary>
    internal IReadOnlyList<int> CacheShape { get; private set; } = [];

    /// <summary>Inputs and outputs as a manifest tells them.</summary>
    internal List<TensorSpec> Inputs { get; } = [];

    /// <inheritdoc cref="Inputs"/>
    internal List<TensorSpec> Outputs { get; } = [];

    /// <summary>The file, as the network was written.</summary>
    internal byte[] Plain { get; private set; } = [];

    /// <summary>The file, smaller and faster.</summary>
    internal byte[] File => field ??= Passes.GraphPasses.Run(Plain, _streams);

    /// <summary>Whether a stream's chunks come one by one.</summary>
    internal bool Streams => _streams;

    /// <summary>Runs a network, which must be in evaluation mode, and keeps what it did as a graph.</summary>
    /// <param name="network">The network, a module of libtorch.</param>
    /// <param name="batch">Length of the first axis, where it is to be known; else it is free.</param>
    /// <param name="frames">Length of a sequence, where it is to be known; else it is free.</param>
    internal static NetworkGraph Write(INetwork network, long? batch = null, long? frames = null)
    {
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        var graph = new NetworkGraph((nn.Module)network, network.Steps is not null);
        GraphValue[] inputs = [.. network.Inputs.Select(input => graph.Input(input, batch, frames))];
        if (graph._streams) graph.Inputs.Add(new TensorSpec(Cache, []));
        var outputs = network.Serve(inputs);
        foreach (var (name, value) in network.Outputs.Zip(outputs)) graph.Output(name, (GraphValue)value);
        if (graph._streams) graph.JoinCache(inputs[0].Shape[0]);
        graph.Plain = graph._graph.ToBytes();
        return graph;
    }

    /// <summary>A constant: under its name where it is a weight of the network.</summary>
    internal GraphValue Constant(Tensor values)
    {
        Axis[] shape = [.. values.shape.Select(length => (Axis)length)];
        var known = _weights.GetValueOrDefault(values.Handle);
        if (known is not null && _constants.TryGetValue(known, out var stored)) return new GraphValue(this, stored, shape);
        using var single = values.detach().to(float32).contiguous();
        var name = known ?? $"constant_{_constants.Count}";
        _graph.Constant(name, values.shape, single.data<float>().ToArray());
        _constants[name] = name;
        return new GraphValue(this, name, shape);
    }

    /// <summary>A number, of single precision.</summary>
    internal string Number(double value) =>
        Stored($"number_{value:R}", name => _graph.Constant(name, [], [(float)value]));

    /// <summary>A whole number.</summary>
    internal string Int64(long value) =>
        Stored($"whole_{value}", name => _graph.Constant(name, [], DataType.Int64, MemoryMarshal.AsBytes<long>([value])), DataType.Int64);

    /// <summary>Whole numbers as a vector.</summary>
    internal string Int64s(params long[] values) =>
        Stored($"wholes_{string.Join('_', values)}", name => _graph.Constant(name, values), DataType.Int64);

    /// <summary>An operator with one result.</summary>
    internal GraphValue Node(
        string type, IReadOnlyList<string> inputs, IReadOnlyList<Axis> shape, params IReadOnlyList<OnnxAttribute> attributes)
    {
        var name = _graph.Node(type, inputs, attributes);
        var holds = type switch
        {
            "Shape" => DataType.Int64,
            "Greater" or "Less" => DataType.Bool,
            "Cast" or "Where" => DataType.Float,
            _ => _others.GetValueOrDefault(inputs[0], DataType.Float),
        };
        if (holds != DataType.Float) _others[name] = holds;
        _graph.Shape(name, shape, holds);
        return new GraphValue(this, name, [.. shape]);
    }

    /// <summary>An operator with several results, the last of which are told their shape.</summary>
    internal string[] Nodes(string type, IReadOnlyList<string> inputs, int outputs, params IReadOnlyList<OnnxAttribute> attributes)
    {
        var first = $"{type}{_constants.Count}_{_parts.Count}";
        string[] names = [.. Enumerable.Range(0, outputs).Select(i => $"{first}_{i}")];
        _graph.Add(type, inputs, names, attributes);
        return names;
    }

    /// <summary>Counts multiply-accumulates where all lengths are known.</summary>
    internal void Count(params IEnumerable<Axis> lengths)
    {
        var product = 1L;
        foreach (var length in lengths) product *= length.IsFixed ? length.Length : 0;
        MultiplyAccumulates += product;
    }

    /// <summary>A part of the cache as it comes in; what stands for it in the next is told by <see cref="DeclareCache"/>.</summary>
    internal GraphValue AddInput(params Axis[] shape)
    {
        var name = $"past_{_parts.Count}";
        _graph.Shape(name, shape);
        _parts.Add((name, "", shape));
        return new GraphValue(this, name, shape);
    }

    /// <summary>What stands for a part in the next cache.</summary>
    internal void DeclareCache(GraphValue past, GraphValue next) =>
        _parts[_parts.FindIndex(part => part.Past == past.Name)] = (past.Name, next.Name, past.Shape);

    private GraphValue Input(NetworkInput input, long? batch, long? frames)
    {
        Axis[] shape = [.. input.Shape.Select(
            (length, axis) => length >= 0 ? length : axis == 0 ? batch ?? (Axis)"N" : frames ?? (Axis)"T")];
        if (input.IsWhole) _others[input.Name] = DataType.Int64;
        _graph.Input(input.Name, shape, input.IsWhole ? DataType.Int64 : DataType.Float);
        Inputs.Add(new TensorSpec(input.Name, [.. input.Shape.Select(length => (int)length)]));
        return new GraphValue(this, input.Name, shape);
    }

    private void Output(string name, GraphValue value)
    {
        _graph.Add("Identity", [value.Name], [name]);
        _graph.Output(name, value.Shape);
        Outputs.Add(new TensorSpec(name, Lengths(value.Shape)));
    }

    // Parts of the same width stand under each other; parts that differ behind each other in one row; a single part that is no sequence
    // of vectors as it is.
    private void JoinCache(Axis batch)
    {
        var alone = _parts is [{ Shape.Length: not 3 }];
        var rows = _parts.TrueForAll(part => part.Shape[2] == _parts[0].Shape[2]);
        Axis[] shape = alone ? _parts[0].Shape
            : rows ? [batch, _parts.Sum(part => part.Shape[1].Length), _parts[0].Shape[2]]
            : [batch, 1, _parts.Sum(part => part.Shape[1].Length * part.Shape[2].Length)];
        CacheShape = Lengths(shape)[1..];
        Inputs[^1] = new TensorSpec(Cache, [-1, .. CacheShape]);
        Outputs.Add(new TensorSpec(NextCache, [-1, .. CacheShape]));
        _graph.Input(Cache, shape);
        if (_parts.Count == 1 || alone)
        {
            _graph.Add("Identity", [Cache], [_parts[0].Past]);
            _graph.Add("Identity", [_parts[0].Next], [NextCache]);
        }
        else if (rows)
        {
            _graph.Add("Split", [Cache, Int64s([.. _parts.Select(part => part.Shape[1].Length)])], [.. _parts.Select(part => part.Past)],
                ("axis", 1));
            _graph.Add("Concat", [.. _parts.Select(part => part.Next)], [NextCache], ("axis", 1));
        }
        else
        {
            // A part of one step lies there as it is.
            bool IsRow((string Past, string Next, Axis[] Shape) part) => part.Shape[1].Length == 1;
            long[] sizes = [.. _parts.Select(part => part.Shape[1].Length * part.Shape[2].Length)];
            _graph.Add(
                "Split", [Cache, Int64s(sizes)], [.. _parts.Select(part => IsRow(part) ? part.Past : part.Past + "_row")], ("axis", 2));
            foreach (var part in _parts.Where(part => !IsRow(part)))
                _graph.Add("Reshape", [part.Past + "_row", Int64s(0, part.Shape[1].Length, part.Shape[2].Length)], [part.Past]);
            string[] next = [.. _parts.Select(
                part => IsRow(part) ? part.Next
                    : _graph.Node("Reshape", [part.Next, Int64s(0, 1, part.Shape[1].Length * part.Shape[2].Length)]))];
            _graph.Add("Concat", next, [NextCache], ("axis", 2));
        }

        _graph.Output(NextCache, shape);
    }

    private static int[] Lengths(IReadOnlyList<Axis> shape) => [.. shape.Select(axis => axis.IsFixed ? (int)axis.Length : -1)];

    private string Stored(string name, Action<string> store, DataType type = DataType.Float)
    {
        if (!_constants.TryAdd(name, name)) return name;
        store(name);
        if (type != DataType.Float) _others[name] = type;
        return name;
    }
}
