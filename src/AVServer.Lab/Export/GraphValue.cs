using AVServer.Networks;
using AVServer.Runtime.Onnx;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace AVServer.Lab.Export;

/// <summary>A value of an ONNX graph: every operation on it becomes a node. No dropout, norms with their running statistics.</summary>
internal sealed class GraphValue : Value
{
    private readonly NetworkGraph _graph;

    internal GraphValue(NetworkGraph graph, string name, Axis[] shape) => (_graph, Name, Shape) = (graph, name, shape);

    /// <summary>Its name in the graph.</summary>
    internal string Name { get; }

    /// <summary>Its axes.</summary>
    internal Axis[] Shape { get; }

    public override int Rank => Shape.Length;

    public override long Length(int axis) => Shape[At(axis)] is { IsFixed: true } length
        ? length.Length
        : throw new InvalidOperationException($"Expected an axis of known length, got {Shape[At(axis)]}.");

    public override Value Constant(Tensor values) => _graph.Constant(values);

    public override Value Clamp(double least, double most) => Node("Clip", [Name, _graph.Number(least), _graph.Number(most)], Shape);

    public override Value Softmax(int axis) => Node("Softmax", [Name], Shape, ("axis", At(axis)));

    public override Value MatMul(Value other)
    {
        var right = ((GraphValue)other).Shape;
        Axis[] batch = Rank >= right.Length ? Shape[..^2] : right[..^2];
        _graph.Count([.. batch, .. Shape[^2..], right[^1]]);
        return Node("MatMul", [Name, Of(other)], [.. batch, Shape[^2], right[^1]]);
    }

    public override Value Permute(params int[] order) =>
        Node("Transpose", [Name], [.. order.Select(axis => Shape[axis])], ("perm", Array.ConvertAll(order, axis => (long)axis)));

    public override Value Reshape(params long[] shape) => Node("Reshape", [Name, _graph.Int64s(shape)], Reshaped(shape));

    public override Value Unsqueeze(int axis)
    {
        var at = axis < 0 ? axis + Rank + 1 : axis;
        return Node("Unsqueeze", [Name, _graph.Int64s(at)], [.. Shape[..at], 1, .. Shape[at..]]);
    }

    public override Value Squeeze(int axis) => Node("Squeeze", [Name, _graph.Int64s(At(axis))], Without(axis));

    public override Value Narrow(int axis, long start, long length)
    {
        if (Shape[At(axis)] is { IsFixed: true } whole && whole.Length == length) return this;
        var end = start < 0 && start + length == 0 ? long.MaxValue : start + length;
        return Node("Slice", [Name, _graph.Int64s(start), _graph.Int64s(end), _graph.Int64s(At(axis))], With(axis, length));
    }

    public override Value Every(int axis, int step, int phase = 0)
    {
        if (step == 1) return this;
        var start = _graph.Streams ? phase : 0;
        var length = Shape[At(axis)];
        Axis left = length.IsFixed ? (length.Length - start + step - 1) / step : $"({length}-{start})/{step}";
        return Node("Slice", [Name, _graph.Int64s(start), _graph.Int64s(long.MaxValue), _graph.Int64s(At(axis)), _graph.Int64s(step)],
            With(axis, left));
    }

    public override Value Take(int axis, long[] places) =>
        Node("Gather", [Name, _graph.Int64s(places)], With(axis, places.Length), ("axis", At(axis)));

    public override Value Flip(int axis) =>
        Node("Slice", [Name, _graph.Int64s(-1), _graph.Int64s(long.MinValue), _graph.Int64s(At(axis)), _graph.Int64s(-1)], Shape);

    public override Value Pad(int axis, long before, long after)
    {
        var around = new long[2 * Rank];
        (around[At(axis)], around[At(axis) + Rank]) = (before, after);
        return Node("Pad", [Name, _graph.Int64s(around)], With(axis, Shape[At(axis)] + (before + after)));
    }

    public override Value PadTo(int axis, long least)
    {
        var length = Shape[At(axis)];
        if (length.IsFixed) return length.Length >= least ? this : Pad(axis, 0, least - length.Length);
        var now = Node("Shape", [Name], [1], ("start", At(axis)), ("end", At(axis) + 1)).Name;
        var missing = Node("Max", [Node("Sub", [_graph.Int64s(least), now], [1]).Name, _graph.Int64s(0)], [1]).Name;
        var none = _graph.Int64s(new long[Rank + At(axis)]);
        string[] around = At(axis) == Rank - 1 ? [none, missing] : [none, missing, _graph.Int64s(new long[Rank - 1 - At(axis)])];
        var pads = Node("Concat", around, [2 * Rank], ("axis", 0)).Name;
        return Node("Pad", [Name, pads], With(axis, $"max({length},{least})"));
    }

    public override Value AveragePool(long height, long width) =>
        height == 1 && width == 1 ? this : Pool("AveragePool", [height, width], [height, width], 0);

    public override Value MaxPool(long size, long stride, long padding) => Pool("MaxPool", [size, size], [stride, stride], padding);

    public override Value Step(double steepness) =>
        Node("Cast", [Of(IsAbove(0))], Shape, ("to", (long)TensorProto.Types.DataType.Float));

    public override Value IsAbove(double limit) => Node("Greater", [Name, _graph.Number(limit)], Shape);

    public override Value Choose(Value one, Value otherwise) =>
        Node("Where", [Name, Of(one), Of(otherwise)], Together(Together(Shape, ((GraphValue)one).Shape), ((GraphValue)otherwise).Shape));

    public override Value Within(Value lengths, int axis)
    {
        var length = Shape[At(axis)];
        var limit = length.IsFixed
            ? _graph.Int64(length.Length)
            : Node("Squeeze", [Node("Shape", [Name], [1], ("start", At(axis)), ("end", At(axis) + 1)).Name], []).Name;
        var places = Node("Range", [_graph.Int64(0), limit, _graph.Int64(1)], [length]).Unsqueeze(0);
        var within = Node("Less", [Of(places), Of(lengths.Unsqueeze(1))], [((GraphValue)lengths).Shape[0], length]);
        return within.Node("Cast", [within.Name], within.Shape, ("to", (long)TensorProto.Types.DataType.Float));
    }

    public override Value Quotient(long divisor) => divisor == 1 ? this : Node("Div", [Name, _graph.Int64(divisor)], Shape);

    public override Value AtLeast(long least) => Node("Max", [Name, _graph.Int64(least)], Shape);

    public override Value Plus(long more) => more == 0 ? this : Node("Add", [Name, _graph.Int64(more)], Shape);

    public override Value Real(Value like) => Node("Cast", [Name], Shape, ("to", (long)TensorProto.Types.DataType.Float));

    public override Value Detach() => this;

    public override Value InTraining(Module part, Func<Tensor, Tensor> change) => this;

    public override Value Combine(Arithmetic operation, Value other) =>
        Node(operation.ToString(), [Name, Of(other)], Together(Shape, ((GraphValue)other).Shape));

    public override Value Combine(Arithmetic operation, double other) => Node(operation.ToString(), [Name, _graph.Number(other)], Shape);

    public override Value Map(Function function) => function switch
    {
        Function.Silu => this * Sigmoid(),
        Function.Relu6 => Clamp(0, 6),
        Function.HardSigmoid => Node("HardSigmoid", [Name], Shape, ("alpha", 1f / 6), ("beta", 0.5f)),
        Function.Gelu => this * 0.5 * (Node("Erf", [Of(this / Math.Sqrt(2))], Shape) + 1),
        _ => Node(function.ToString(), [Name], Shape),
    };

    public override Value Join(int axis, Value[] others) => Node(
        "Concat",
        [Name, .. others.Select(Of)],
        With(axis, others.Aggregate(Shape[At(axis)], (sum, other) => sum + ((GraphValue)other).Shape[At(axis)])),
        ("axis", At(axis)));

    public override Value Reduce(Aggregate reduction, bool keep, int[] axes)
    {
        long[] over = [.. axes.Select(axis => (long)At(axis))];
        var places = Enumerable.Range(0, Rank).Where(axis => keep || !over.Contains(axis));
        Axis[] shape = [.. places.Select(axis => over.Contains(axis) ? 1 : Shape[axis])];
        // The runtime keeps maps in a layout of its own, which only this form of their mean knows.
        if (reduction == Aggregate.Mean && Rank == 4 && over is [2, 3])
        {
            var mean = Node("GlobalAveragePool", [Name], [Shape[0], Shape[1], 1, 1]);
            return keep ? mean : mean.Node("Reshape", [mean.Name, _graph.Int64s(0, -1)], shape);
        }

        // In this operator set only the sum takes its axes as a value.
        return reduction == Aggregate.Sum
            ? Node("ReduceSum", [Name, _graph.Int64s(over)], shape, ("keepdims", keep ? 1 : 0))
            : Node("Reduce" + reduction, [Name], shape, ("axes", over), ("keepdims", keep ? 1 : 0));
    }

    // Layers: those of libtorch as operators, those of the project by what they are made of.

    public override Value Apply(Module<Tensor, Tensor> layer) => layer switch
    {
        Layer own => own.Compute(this),
        Sequential several => several.children().Cast<Module<Tensor, Tensor>>().Aggregate((Value)this, (x, each) => x.Apply(each)),
        TorchSharp.Modules.Linear linear => Linear(linear.weight, linear.bias),
        Convolution convolution => Convolve(
            convolution.weight!, convolution.bias,
                new Window(convolution.stride, convolution.padding ?? [0], convolution.dilation, convolution.groups)),
        BatchNorm norm => Scale(norm),
        LayerNorm norm => Node(
            "LayerNormalization", [Name, Of(Constant(norm.weight!)), Of(Constant(norm.bias!))], Shape, ("axis", -1),
                ("epsilon", (float)norm.eps)),
        TorchSharp.Modules.GroupNorm norm => Normal(norm),
        TorchSharp.Modules.Dropout or TorchSharp.Modules.Dropout2d => this,
        _ => throw new NotSupportedException($"Expected a layer that a graph can be written of, got {layer.GetName()}."),
    };

    public override Value Linear(Tensor weight, Tensor? bias)
    {
        var product = MatMul(Constant(weight.t()));
        return bias is null ? product : product + bias;
    }

    public override Value Convolve(Tensor weight, Tensor? bias, Window? window = null)
    {
        var axes = (int)weight.dim() - 2;
        var (stride, padding, dilation, groups) = window ?? new Window();
        long[] Each(long[] numbers) => numbers.Length == axes ? numbers : [.. Enumerable.Repeat(numbers[0], axes)];
        var (strides, pads, dilations) = (Each(stride), Each(padding), Each(dilation));
        Axis[] moved = [.. Enumerable.Range(0, axes).Select(
            axis => Moved(Shape[axis + 2], weight.size(axis + 2), strides[axis], pads[axis], dilations[axis]))];
        _graph.Count([Shape[0], .. moved, .. weight.shape.Select(length => (Axis)length)]);
        string[] inputs = bias is null ? [Name, Of(Constant(weight))] : [Name, Of(Constant(weight)), Of(Constant(bias))];
        return Node(
            "Conv", inputs, [Shape[0], weight.size(0), .. moved], ("strides", strides), ("pads", (long[])[.. pads, .. pads]),
                ("dilations", dilations), ("group", groups));
    }

    public override Value Attend(MultiheadAttention attention, int heads)
    {
        Tensor Weight(string name) => attention.get_parameter(name)!;
        var output = Weight("out_proj.weight");
        var (dim, inside) = (output.size(0), Weight("in_proj_weight"));
        // The query's scale goes into its weights.
        var scale = cat([full([dim], 1 / Math.Sqrt((double)dim / heads), float64), ones([2 * dim], float64)]);
        var projected = Linear(inside.to(float64) * scale.unsqueeze(1), Weight("in_proj_bias").to(float64) * scale);  // [L, N, 3 · D]
        var parts = projected.Reshape(0, 0, 3, heads, dim / heads).Permute(2, 1, 3, 0, 4);                            // [3, N, heads, L, d]
        var (query, key, value) = (parts.Narrow(0, 0, 1).Squeeze(0), parts.Narrow(0, 1, 1).Squeeze(0), parts.Narrow(0, 2, 1).Squeeze(0));
        var shares = query.MatMul(key.Transpose(2, 3)).Softmax(3);                                                    // [N, heads, L, L]
        return shares.MatMul(value).Permute(2, 0, 1, 3).Reshape(0, 0, dim).Linear(output, Weight("out_proj.bias"));   // [L, N, D]
    }

    public override Value Recur(Module recurrent)
    {
        var (gates, order) = recurrent switch
        {
            // ONNX: input, output, forget, cell; libtorch: input, forget, cell, output.
            TorchSharp.Modules.LSTM => (4L, new long[] { 0, 3, 1, 2 }),
            // ONNX: update, reset, new; libtorch: reset, update, new.
            TorchSharp.Modules.GRU => (3L, [1, 0, 2]),
            _ => throw new NotSupportedException($"Expected an LSTM or a GRU, got {recurrent.GetName()}."),
        };
        Tensor Gates(string name)
        {
            var parts = recurrent.get_parameter(name)!.chunk(gates, 0);
            return cat([.. order.Select(gate => parts[gate])], 0);
        }

        var (input, hidden) = (Gates("weight_ih_l0"), Gates("weight_hh_l0"));
        var size = hidden.size(1);
        var bias = cat([Gates("bias_ih_l0"), Gates("bias_hh_l0")]);
        var states = gates == 4 ? 2 : 1;
        GraphValue[] before = _graph.Streams ? [.. Enumerable.Range(0, states).Select(_ => _graph.AddInput(Shape[0], 1, size))] : [];
        _graph.Count(Shape[0], Shape[1], gates * size, Shape[2] + size);
        string[] inputs = [Of(Permute(1, 0, 2)), .. new[] { input, hidden, bias }.Select(weight => Of(Constant(weight.unsqueeze(0)))),
            .. before.Length == 0
            ? Array.Empty<string>()
            : ["", .. before.Select(state => Of(state.Permute(1, 0, 2)))]];
        OnnxAttribute[] attributes = gates == 4 ? [("hidden_size", size)] : [("hidden_size", size), ("linear_before_reset", 1)];
        var outputs = _graph.Nodes(gates == 4 ? "LSTM" : "GRU", inputs, 1 + states, attributes);
        for (var i = 0; i < before.Length; i++)
            _graph.DeclareCache(before[i], (GraphValue)new GraphValue(_graph, outputs[1 + i], [1, Shape[0], size]).Permute(1, 0, 2));
        return new GraphValue(_graph, outputs[0], [Shape[1], 1, Shape[0], size]).Squeeze(1).Permute(1, 0, 2);
    }

    public override Value Past(int axis, int steps, bool silence)
    {
        if (steps == 0) return this;
        if (!_graph.Streams) return silence ? Pad(axis, steps, 0) : this;
        // A sequence of vectors is kept with time before its values, anything else as it stands.
        var swap = Rank == 3 && At(axis) == 2;
        var past = swap ? _graph.AddInput(Shape[0], steps, Shape[1]) : _graph.AddInput(With(axis, steps));
        var seen = (swap ? past.Transpose(1, 2) : past).Concat(At(axis), this);
        var last = seen.Narrow(axis, -steps, steps);
        _graph.DeclareCache(past, (GraphValue)(swap ? last.Transpose(1, 2) : last));
        return seen;
    }

    private static string Of(Value value) => ((GraphValue)value).Name;

    /// <summary>The shape of two values joined by arithmetic.</summary>
    private static Axis[] Together(Axis[] one, Axis[] other)
    {
        if (one.Length < other.Length) (one, other) = (other, one);
        var missing = one.Length - other.Length;
        return [.. one.Select((length, axis) => axis >= missing && length == 1 ? other[axis - missing] : length)];
    }

    private GraphValue Node(
        string type, IReadOnlyList<string> inputs, IReadOnlyList<Axis> shape, params IReadOnlyList<OnnxAttribute> attributes) =>
        _graph.Node(type, inputs, shape, attributes);

    private GraphValue Pool(string type, long[] kernel, long[] strides, long padding)
    {
        Axis[] shape = [.. Shape[..^2], Moved(Shape[^2], kernel[0], strides[0], padding, 1),
            Moved(Shape[^1], kernel[1], strides[1], padding, 1)];
        return Node(type, [Name], shape, ("kernel_shape", kernel), ("strides", strides), ("pads", Enumerable.Repeat(padding, 4).ToArray()));
    }

    private int At(int axis) => axis < 0 ? axis + Rank : axis;

    private Axis[] With(int axis, Axis length) => [.. Shape.Select((old, at) => at == At(axis) ? length : old)];

    private Axis[] Without(int axis) => [.. Shape.Where((_, at) => at != At(axis))];

    /// <summary>The axes of a new shape: 0 keeps a length, -1 takes what is left.</summary>
    private Axis[] Reshaped(long[] shape)
    {
        var left = Array.FindIndex(shape, length => length < 0);
        Axis[] axes = [.. shape.Select((length, axis) => length == 0 ? Shape[axis] : (Axis)length)];
        if (left < 0) return axes;
        // What free lengths are kept stand on both sides.
        var kept = axes.Where((axis, at) => at != left && !axis.IsFixed).ToList();
        Axis given = 1, taken = 1;
        foreach (var axis in Shape)
        {
            if (axis.IsFixed || !kept.Remove(axis)) given *= axis;
        }

        foreach (var (axis, at) in axes.Select((axis, at) => (axis, at)))
        {
            if (at != left && axis.IsFixed) taken *= axis;
        }

        axes[left] = given.IsFixed ? given.Length / taken.Length
            : given.Length == 0 && given.Factor % taken.Length == 0 ? given with { Factor = given.Factor / taken.Length }
            : $"({given})/{taken.Length}";
        return axes;
    }

    /// <summary>A batch norm as it is at evaluation: a scale and a shift for each channel.</summary>
    private Value Scale(BatchNorm norm)
    {
        var scale = norm.weight!.to(float64) / (norm.running_var!.to(float64) + norm.eps).sqrt();
        var shift = norm.bias!.to(float64) - (norm.running_mean!.to(float64) * scale);
        long[] channels = [-1, .. Enumerable.Repeat(1L, Rank - 2)];
        return (this * scale.reshape(channels)) + shift.reshape(channels);
    }

    /// <summary>A group norm of maps: each group's values as one long row, whose norm is that of an instance.</summary>
    private Value Normal(GroupNorm norm)
    {
        var groups = norm.num_groups;
        var rows = Reshape(0, groups, -1);
        var normal = Node(
            "InstanceNormalization", [Of(rows), Of(Constant(ones(groups))), Of(Constant(zeros(groups)))], ((GraphValue)rows).Shape,
            ("epsilon", (float)norm.eps)).Reshape(-1, Length(1), Length(2), Length(3));
        return (normal * norm.weight!.reshape(-1, 1, 1)) + norm.bias!.reshape(-1, 1, 1);
    }

    /// <summary>Length of an axis behind a kernel that moves along it.</summary>
    private static Axis Moved(Axis length, long taps, long stride, long padding, long dilation)
    {
        var span = ((taps - 1) * dilation) + 1;
        var room = length + ((2 * padding) - span);
        if (room.IsFixed) return (room.Length / stride) + 1;
        if (stride == 1) return room + 1;
        return span == stride && padding == 0 ? $"{length}/{stride}" : $"({room})/{stride}+1";
    }
}
