using AVServer.Networks;
using AVServer.Runtime.Onnx;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace AVServer.Lab.Export;

/// <summary>A value of an ONNX graph: every operation on it becomes a node. No dropout, norms with their running statistics.</summary>
internal sealed partial class GraphValue : Value
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
}
