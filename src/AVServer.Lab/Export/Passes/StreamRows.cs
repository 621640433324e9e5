using AVServer.Runtime.Onnx;

namespace AVServer.Lab.Export.Passes;

/// <summary>
/// Lays a stream's sequences [N, channels, S] out as rows [N · S, channels], so that a convolution over few steps is one matrix product
/// for all streams: its taps are gathered side by side first. Only where time itself matters, sequences stand as [N, S, channels]; a
/// transposition stays where another operator asks for one.
/// </summary>
internal sealed class StreamRows
{
    private readonly GraphEditor _graph;
    private readonly List<NodeProto> _nodes = [];
    private readonly Dictionary<string, string> _rows = [];
    private readonly Dictionary<string, string> _times = [];
    private readonly HashSet<string> _asWritten = [];
    private readonly Dictionary<string, string> _anchors = [];
    private readonly Dictionary<string, string> _shared = [];

    private StreamRows(GraphEditor graph) => _graph = graph;

    internal static void Run(GraphEditor graph)
    {
        graph.RemoveUnused();
        var made = graph.Nodes.SelectMany(node => node.Output).ToHashSet();
        var layout = new StreamRows(graph);
        layout._asWritten.UnionWith(graph.Nodes.SelectMany(node => node.Input).Where(value => !made.Contains(value)));
        foreach (var node in graph.Nodes) layout.Take(node);
        foreach (var output in graph.Outputs) layout.AsWritten(output);
        graph.Replace(layout._nodes);
    }

    private void Take(NodeProto node)
    {
        var output = node.Output[0];
        if (node.Output.Count == 1 && Sequence(node.Input[0]) is { } shape && Laid(node, shape, output)) return;
        foreach (var input in node.Input.Where(input => input.Length > 0)) AsWritten(input);
        _nodes.Add(node);
        _asWritten.UnionWith(node.Output);
    }

    /// <summary>A node over sequences in their new layout; false where it needs them as they were written.</summary>
    private bool Laid(NodeProto node, string[] shape, string output)
    {
        var input = node.Input[0];
        var moved = _rows.ContainsKey(input) || _times.ContainsKey(input);
        switch (node.OpType)
        {
            case "Conv" when Convolves(node):
                _rows[output] = Convolve(node, shape, _graph.ShapeOf(output)!);
                return true;
            case "Transpose" when ScaleFolding.IntsAttribute(node, "perm").SequenceEqual([0, 2, 1]):
                if (moved)
                {
                    Alias(Time(input), output);
                    return true;
                }

                _times[output] = input;
                _anchors.TryAdd(shape[1], input);
                return true;
            case "Relu" or "Sigmoid" or "Tanh" or "Clip" when moved:
                var from = _rows.GetValueOrDefault(input);
                (from is null ? _times : _rows)[output] = Add(node.OpType, [from ?? _times[input], .. node.Input.Skip(1)]);
                return true;
            case "Add" or "Sub" or "Mul" or "Div" when Arithmetic(node, shape) is { } result:
                (result.Rows ? _rows : _times)[output] = Add(node.OpType, result.Inputs);
                return true;
            case "Concat" when ScaleFolding.IntAttribute(node, "axis", 0) == 2 &&
                node.Input.Any(each => _rows.ContainsKey(each) || _times.ContainsKey(each)):
                _times[output] = Add("Concat", [.. node.Input.Select(Time)], ("axis", 1));
                return true;
            case "Slice" when moved && _graph.Int64s(node.Input[3]) is [2]:
                _times[output] = Add("Slice", [Time(input), node.Input[1], node.Input[2], _graph.Int64s([1], 1), .. node.Input.Skip(4)]);
                return true;
            case "Slice" when moved && _graph.Int64s(node.Input[3]) is [1]:
                _times[output] = Add("Slice", [Time(input), node.Input[1], node.Input[2], _graph.Int64s([1], 2), .. node.Input.Skip(4)]);
                return true;
            default:
                return false;
        }
    }

    private bool Convolves(NodeProto node) =>
        ScaleFolding.IntAttribute(node, "group", 1) == 1 && ScaleFolding.IntsAttribute(node, "pads").All(pad => pad == 0) &&
            _graph.IsWeight(node.Input[1]);

    private string Convolve(NodeProto node, string[] shape, string[] result)
    {
        var weight = _graph.Weight(node.Input[1]);
        var (taps, stride, dilation) = (
            weight.size(2), ScaleFolding.IntsAttribute(node, "strides")[0], ScaleFolding.IntsAttribute(node, "dilations")[0]);
        string rows;
        if (taps == 1 && stride == 1)
        {
            rows = Rows(node.Input[0]);
        }
        else if (taps == stride && dilation == 1)
        {
            var steps = Add("Reshape", [Time(node.Input[0]), _graph.Int64s([3], 0, -1, taps * weight.size(1))]);
            _anchors[result[2]] = steps;
            rows = Add("Reshape", [steps, _graph.Int64s([2], -1, taps * weight.size(1))]);
        }
        else
        {
            var gathered = Add("Gather", [Time(node.Input[0]), Taps(result[2], shape[2], taps, stride, dilation, node.Input[0])],
                ("axis", 1));
            rows = Add("Reshape", [gathered, _graph.Int64s([2], -1, taps * weight.size(1))]);
        }

        var matrix = _graph.Store(node.Input[1], weight.permute(2, 1, 0).reshape(-1, weight.size(0)));
        return Add("Gemm", [rows, matrix, .. node.Input.Skip(2)]);
    }

    /// <summary>Where the taps of each step stand: [steps, taps].</summary>
    private string Taps(string steps, string length, long taps, long stride, long dilation, string input)
    {
        if (long.TryParse(steps, out var known))
        {
            var places = from step in Enumerable.Range(0, (int)known)
                         from tap in Enumerable.Range(0, (int)taps)
                         select (step * stride) + (tap * dilation);
            return _graph.Int64s([known, taps], places.ToArray());
        }

        return Shared($"taps {steps} {taps} {stride} {dilation}", () =>
        {
            var first = Shared($"first {steps} {stride}", () => First(steps, length, ((taps - 1) * dilation) + 1, stride, input));
            return Add("Add", [first, _graph.Int64s([taps], [.. Enumerable.Range(0, (int)taps).Select(tap => tap * dilation)])]);
        });
    }

    /// <summary>Where the first tap of each step stands: [steps, 1].</summary>
    private string First(string steps, string length, long span, long stride, string input)
    {
        string count;
        if (_anchors.TryGetValue(steps, out var anchor))
        {
            count = Add("Shape", [anchor], ("start", 1), ("end", 2));
        }
        else
        {
            var room = Add("Sub", [Add("Shape", [Time(input)], ("start", 1), ("end", 2)), _graph.Int64s([1], span - stride)]);
            count = Add("Div", [room, _graph.Int64s([1], stride)]);
        }

        var limit = stride == 1 ? count : Add("Mul", [count, _graph.Int64s([1], stride)]);
        var places = Add("Range", [_graph.Int64s([], 0), Add("Squeeze", [limit]), _graph.Int64s([], stride)]);
        return Add("Unsqueeze", [places, _graph.Int64s([1], 1)]);
    }

    /// <summary>What arithmetic reads, as rows where one of the two has come as rows; null where neither came in a new layout.</summary>
    private (bool Rows, string[] Inputs)? Arithmetic(NodeProto node, string[] shape)
    {
        var (one, other) = (node.Input[0], node.Input[1]);
        var rows = _rows.ContainsKey(one) || _rows.ContainsKey(other);
        if (!rows && !_times.ContainsKey(one) && !_times.ContainsKey(other)) return null;
        if (_graph.IsWeight(other))
        {
            var values = _graph.Weight(other);
            var channels = values.dim() >= 2 && values.size(-2) == values.numel() && $"{values.numel()}" == shape[1];
            if (values.numel() != 1 && !channels) return null;
            var constant = values.numel() == 1 ? other : _graph.Store(other, values.flatten());
            return (rows, [rows ? Rows(one) : Time(one), constant]);
        }

        if (Sequence(other) is not { } second || !shape.SequenceEqual(second)) return null;
        return (rows, rows ? [Rows(one), Rows(other)] : [Time(one), Time(other)]);
    }

    private string[]? Sequence(string value) => _graph.ShapeOf(value) is { Length: 3 } shape && !_graph.IsWeight(value) ? shape : null;

    /// <summary>A sequence as [N · S, channels].</summary>
    private string Rows(string value) => _rows.TryGetValue(value, out var rows)
        ? rows
        : _rows[value] = Add("Reshape", [Time(value), _graph.Int64s([2], -1, long.Parse(_graph.ShapeOf(value)![1]))]);

    /// <summary>A sequence as [N, S, channels].</summary>
    private string Time(string value)
    {
        if (_times.TryGetValue(value, out var time)) return time;
        var shape = _graph.ShapeOf(value)!;
        time = _rows.TryGetValue(value, out var rows)
            ? Add("Reshape", [rows, TimeShape(shape[2], long.Parse(shape[1]))])
            : Add("Transpose", [value], ("perm", (long[])[0, 2, 1]));
        return _times[value] = time;
    }

    private string TimeShape(string steps, long channels) => long.TryParse(steps, out var known)
        ? _graph.Int64s([3], -1, known, channels)
        : Shared($"shape {steps} {channels}", () =>
        {
            var ends = Shared($"ends {steps}", () => Add("Shape", [_anchors[steps]], ("start", 0), ("end", 2)));
            return Add("Concat", [ends, _graph.Int64s([1], channels)], ("axis", 0));
        });

    /// <summary>Sees to it that a value stands under its own name in the layout that it was written in.</summary>
    private void AsWritten(string value)
    {
        if (!_asWritten.Add(value)) return;
        if (!_rows.ContainsKey(value) && !_times.ContainsKey(value)) return;
        _nodes.Add(GraphEditor.Node("Transpose", [Time(value)], value, ("perm", (long[])[0, 2, 1])));
    }

    /// <summary>Gives what was just made the name of a value that is the same.</summary>
    private void Alias(string made, string output)
    {
        _nodes.Add(GraphEditor.Node("Identity", [made], output));
        _asWritten.Add(output);
    }

    private string Shared(string what, Func<string> make) => _shared.TryGetValue(what, out var made) ? made : _shared[what] = make();

    private string Add(string type, IReadOnlyList<string> inputs, params IReadOnlyList<OnnxAttribute> attributes)
    {
        var output = _graph.UniqueName(type);
        _nodes.Add(GraphEditor.Node(type, inputs, output, attributes));
        return output;
    }
}
