using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace AVServer.Networks;

/// <summary>A tensor of libtorch: with gradients where they are on, in training where the modules are.</summary>
public sealed class TorchValue : Value
{
    private readonly TorchStream? _stream;

    internal TorchValue(Tensor tensor, TorchStream? stream = null) => (Tensor, _stream) = (tensor, stream);

    /// <summary>The tensor.</summary>
    public Tensor Tensor { get; }

    public override int Rank => (int)Tensor.dim();

    /// <summary>A tensor as what a network takes; it stays its owner's.</summary>
    public static Value From(Tensor tensor) => new TorchValue(tensor);

    /// <summary>Runs what is written over values on a tensor.</summary>
    public static Tensor Run(Func<Value, Value> forward, Tensor x)
    {
        using var scope = NewDisposeScope();
        return Of(forward(new TorchValue(x))).MoveToOuterDisposeScope();
    }

    /// <inheritdoc cref="Run(Func{Value, Value}, Tensor)"/>
    public static Tensor Run(Func<Value, Value, Value> forward, Tensor x, Tensor y)
    {
        using var scope = NewDisposeScope();
        return Of(forward(new TorchValue(x), new TorchValue(y))).MoveToOuterDisposeScope();
    }

    /// <inheritdoc cref="Run(Func{Value, Value}, Tensor)"/>
    public static (Tensor, Tensor) Run(Func<Value, Value, (Value, Value)> forward, Tensor x, Tensor y)
    {
        using var scope = NewDisposeScope();
        var (one, other) = forward(new TorchValue(x), new TorchValue(y));
        return (Of(one).MoveToOuterDisposeScope(), Of(other).MoveToOuterDisposeScope());
    }

    /// <summary>One chunk of a stream.</summary>
    /// <param name="forward">The network.</param>
    /// <param name="x">The chunk.</param>
    /// <param name="cache">What is remembered of the stream; zeros at its beginning, unless the network says otherwise.</param>
    /// <returns>The output, and the cache for the next chunk.</returns>
    public static (Tensor Output, Tensor Cache) Step(Func<Value, Value> forward, Tensor x, Tensor cache)
    {
        using var scope = NewDisposeScope();
        var stream = new TorchStream(cache);
        var output = Of(forward(new TorchValue(x, stream)));
        return (output.MoveToOuterDisposeScope(), stream.Next().MoveToOuterDisposeScope());
    }

    /// <summary>The tensor behind a value.</summary>
    public static Tensor Of(Value value) => ((TorchValue)value).Tensor;

    public override long Length(int axis) => Tensor.size(axis);

    public override Value Constant(Tensor values) => With(values);

    public override Value Clamp(double least, double most) => With(Tensor.clamp(least, most));

    public override Value Softmax(int axis) => With(Tensor.softmax(axis));

    public override Value Apply(Module<Tensor, Tensor> layer) =>
        _stream is not null && layer is Layer own ? own.Compute(this) : With(layer.call(Tensor));

    public override Value Linear(Tensor weight, Tensor? bias) => With(functional.linear(Tensor, weight, bias));

    public override Value Convolve(Tensor weight, Tensor? bias, Window? window = null)
    {
        var axes = (int)weight.dim() - 2;
        var (stride, padding, dilation, groups) = window ?? new Window();
        long[] Each(long[] numbers) => numbers.Length == axes ? numbers : [.. Enumerable.Repeat(numbers[0], axes)];
        return With(axes switch
        {
            1 => functional.conv1d(Tensor, weight, bias, stride[0], padding[0], dilation[0], groups),
            2 => functional.conv2d(Tensor, weight, bias, Each(stride), Each(padding), Each(dilation), groups),
            _ => functional.conv3d(Tensor, weight, bias, Each(stride), Each(padding), Each(dilation), groups),
        });
    }

    public override Value MatMul(Value other) => With(Tensor.matmul(Of(other)));

    public override Value Attend(MultiheadAttention attention, int heads) =>
        With(attention.call(Tensor, Tensor, Tensor, need_weights: false).Item1);

    public override Value Recur(Module recurrent)
    {
        switch (recurrent)
        {
            case LSTM lstm:
                var (hidden, cell) = _stream is null ? (null, null) : (State(), State());
                var (output, nextHidden, nextCell) = hidden is null ? lstm.call(Tensor) : lstm.call(Tensor, (hidden, cell!));
                _stream?.Keep(nextHidden.transpose(0, 1));
                _stream?.Keep(nextCell.transpose(0, 1));
                return With(output);
            case GRU gru:
                var (states, next) = gru.call(Tensor, _stream is null ? null : State());
                _stream?.Keep(next.transpose(0, 1));
                return With(states);
            default:
                throw new NotSupportedException($"Expected an LSTM or a GRU, got {recurrent.GetName()}.");
        }

        Tensor State() => _stream.Take(1, recurrent.get_parameter("weight_hh_l0")!.size(1)).transpose(0, 1).contiguous();
    }

    public override Value Permute(params int[] order) => With(Tensor.permute(Array.ConvertAll(order, axis => (long)axis)));

    public override Value Reshape(params long[] shape) =>
        With(Tensor.reshape([.. shape.Select((length, axis) => length == 0 ? Tensor.size(axis) : length)]));

    public override Value Unsqueeze(int axis) => With(Tensor.unsqueeze(axis));

    public override Value Squeeze(int axis) => With(Tensor.squeeze(axis));

    public override Value Narrow(int axis, long start, long length) =>
        With(Tensor.narrow(axis, start < 0 ? Tensor.size(axis) + start : start, length));

    public override Value Every(int axis, int step, int phase = 0) =>
        With(Tensor.slice(axis, _stream is null ? 0 : phase, Tensor.size(axis), step));

    public override Value Take(int axis, long[] places) => With(Tensor.index_select(axis, tensor(places, int64)));

    public override Value Flip(int axis) => With(Tensor.flip(axis));

    public override Value Pad(int axis, long before, long after)
    {
        long[] around = [before, after];
        return With(functional.pad(Tensor, [.. new long[2 * (Rank - 1 - (axis < 0 ? axis + Rank : axis))], .. around]));
    }

    public override Value PadTo(int axis, long least) => Tensor.size(axis) >= least ? this : Pad(axis, 0, least - Tensor.size(axis));

    public override Value AveragePool(long height, long width) => With(functional.avg_pool2d(Tensor, [height, width]));

    public override Value MaxPool(long size, long stride, long padding) =>
        With(functional.max_pool2d(Tensor, [size, size], [stride, stride], [padding, padding]));

    public override Value Step(double steepness)
    {
        var step = Tensor.gt(0).to_type(Tensor.dtype);
        if (!Tensor.requires_grad) return With(step);
        var slope = (Tensor * steepness).sigmoid();
        return With(slope + (step - slope).detach());
    }

    public override Value IsAbove(double limit) => With(Tensor.gt(limit));

    public override Value Choose(Value one, Value otherwise) => With(where(Tensor, Of(one), Of(otherwise)));

    public override Value Within(Value lengths, int axis) =>
        With((arange(Tensor.size(axis), int64).unsqueeze(0) < Of(lengths).unsqueeze(1)).to_type(Tensor.dtype));

    // Halves and fewer of whole numbers that a double holds exactly.
    public override Value Quotient(long divisor) => divisor == 1 ? this : With(Tensor.to_type(float64).div(divisor).floor().to_type(int64));

    public override Value AtLeast(long least) => With(Tensor.clamp_min(least));

    public override Value Plus(long more) => With(Tensor + more);

    public override Value Real(Value like) => With(Tensor.to_type(Of(like).dtype));

    public override Value Past(int axis, int steps, bool silence)
    {
        if (steps == 0) return this;
        if (_stream is not null) return With(_stream.Past(Tensor, axis, steps));
        return silence ? Pad(axis, steps, 0) : this;
    }

    public override Value Detach() => With(Tensor.detach());

    public override Value InTraining(Module part, Func<Tensor, Tensor> change) => part.training ? With(change(Tensor)) : this;

    public override Value Combine(Arithmetic operation, Value other) => With(operation switch
    {
        Arithmetic.Add => Tensor + Of(other),
        Arithmetic.Sub => Tensor - Of(other),
        Arithmetic.Mul => Tensor * Of(other),
        _ => Tensor / Of(other),
    });

    public override Value Combine(Arithmetic operation, double other) => With(operation switch
    {
        Arithmetic.Add => Tensor + other,
        Arithmetic.Sub => Tensor - other,
        Arithmetic.Mul => Tensor * other,
        _ => Tensor / other,
    });

    public override Value Map(Function function) => With(function switch
    {
        Function.Relu => Tensor.relu(),
        Function.Sigmoid => Tensor.sigmoid(),
        Function.Tanh => Tensor.tanh(),
        Function.Silu => functional.silu(Tensor),
        Function.Gelu => functional.gelu(Tensor),
        Function.Exp => Tensor.exp(),
        Function.Log => Tensor.log(),
        Function.Sqrt => Tensor.sqrt(),
        Function.Relu6 => Tensor.clamp(0, 6),
        Function.HardSigmoid => functional.hardsigmoid(Tensor),
        _ => functional.hardswish(Tensor),
    });

    public override Value Join(int axis, Value[] others) => With(cat([Tensor, .. others.Select(Of)], axis));

    public override Value Reduce(Aggregate reduction, bool keep, int[] axes)
    {
        var over = Array.ConvertAll(axes, axis => (long)axis);
        return With(reduction switch
        {
            Aggregate.Sum => Tensor.sum(over, keepdim: keep),
            Aggregate.Mean => Tensor.mean(over, keepdim: keep),
            _ => Tensor.amax(over, keepdim: keep),
        });
    }

    private TorchValue With(Tensor tensor) => new(tensor, _stream);
}
