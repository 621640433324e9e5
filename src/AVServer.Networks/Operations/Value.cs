using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace AVServer.Networks;

/// <summary>
/// What flows through a network: a tensor of libtorch while it learns (<see cref="TorchValue"/>), a value of an ONNX graph while it is
/// exported. Networks are written over it once; these are the operations that they need.
/// </summary>
/// <remarks>
/// Axes are counted from 0, below 0 from the end. Weights are libtorch's in both cases: in a graph they are constants, and so is what
/// is computed of them. What only training does (dropout, statistics of a batch) a graph leaves out.
/// </remarks>
public abstract class Value
{
    /// <summary>How many axes it has.</summary>
    public abstract int Rank { get; }

    /// <summary>Length of an axis.</summary>
    /// <exception cref="InvalidOperationException">It isn't known while a graph is written, as the batch's isn't.</exception>
    public abstract long Length(int axis);

    public static Value operator +(Value x, Value y) => x.Combine(Arithmetic.Add, y);

    public static Value operator +(Value x, Tensor y) => x.Combine(Arithmetic.Add, x.Constant(y));

    public static Value operator +(Value x, double y) => x.Combine(Arithmetic.Add, y);

    public static Value operator -(Value x, Value y) => x.Combine(Arithmetic.Sub, y);

    public static Value operator -(Value x, double y) => x.Combine(Arithmetic.Sub, y);

    public static Value operator -(Value x, Tensor y) => x.Combine(Arithmetic.Sub, x.Constant(y));

    public static Value operator -(double x, Value y) => (y * -1) + x;

    public static Value operator *(Value x, Value y) => x.Combine(Arithmetic.Mul, y);

    public static Value operator *(Value x, Tensor y) => x.Combine(Arithmetic.Mul, x.Constant(y));

    public static Value operator *(Value x, double y) => x.Combine(Arithmetic.Mul, y);

    public static Value operator /(Value x, Value y) => x.Combine(Arithmetic.Div, y);

    public static Value operator /(Value x, double y) => x.Combine(Arithmetic.Div, y);

    /// <summary>Weights, or what was computed of them, as a value of the same network.</summary>
    public abstract Value Constant(Tensor values);

    /// <summary>Arithmetic value by value; axes of length 1 are repeated.</summary>
    public abstract Value Combine(Arithmetic operation, Value other);

    /// <summary>Arithmetic with one number.</summary>
    public abstract Value Combine(Arithmetic operation, double other);

    /// <summary>A function of each value.</summary>
    public abstract Value Map(Function function);

    public Value Relu() => Map(Function.Relu);

    public Value Sigmoid() => Map(Function.Sigmoid);

    public Value Tanh() => Map(Function.Tanh);

    /// <summary>x · σ(x), also known as Swish.</summary>
    public Value Silu() => Map(Function.Silu);

    /// <summary>x · Φ(x), with the error function.</summary>
    public Value Gelu() => Map(Function.Gelu);

    public Value Exp() => Map(Function.Exp);

    public Value Sqrt() => Map(Function.Sqrt);

    /// <summary>Cuts what lies outside of a range.</summary>
    public abstract Value Clamp(double least, double most);

    /// <summary>Shares of one along an axis.</summary>
    public abstract Value Softmax(int axis);

    /// <summary>The first half along an axis, gated by the sigmoid of the second (GLU).</summary>
    public Value Glu(int axis)
    {
        var half = Length(axis) / 2;
        return Narrow(axis, 0, half) * Narrow(axis, half, half).Sigmoid();
    }

    /// <summary>A layer of libtorch, or a part of a network.</summary>
    public abstract Value Apply(Module<Tensor, Tensor> layer);

    /// <summary>x·Wᵀ + b over the last axis.</summary>
    public abstract Value Linear(Tensor weight, Tensor? bias);

    /// <summary>A convolution over one to three axes behind [B, channels], as the weight [out, in / groups, taps …] says.</summary>
    public abstract Value Convolve(Tensor weight, Tensor? bias, Window? window = null);

    /// <summary>Matrix product over the last two axes.</summary>
    public abstract Value MatMul(Value other);

    /// <summary>Self-attention of so many heads over the first axis: [L, N, D] → [L, N, D].</summary>
    public abstract Value Attend(TorchSharp.Modules.MultiheadAttention attention, int heads);

    /// <summary>
    /// A recurrent layer over the steps of a sequence: [B, T, in] → [B, T, hidden]. In a stream it goes on with the state that it had.
    /// </summary>
    public abstract Value Recur(Module recurrent);

    /// <summary>Axes in another order: <paramref name="order"/> says which of the old ones stands where.</summary>
    public abstract Value Permute(params int[] order);

    /// <summary>Two axes changed for each other.</summary>
    public Value Transpose(int one, int other)
    {
        var order = Enumerable.Range(0, Rank).ToArray();
        (order[one], order[other]) = (order[other], order[one]);
        return Permute(order);
    }

    /// <summary>The same values in other axes; 0 keeps the length that stands in that place, -1 takes what is left.</summary>
    public abstract Value Reshape(params long[] shape);

    /// <summary>
    /// Channels of a picture dealt out anew, so that each of so many groups has some of every other (ShuffleNet, arXiv 1707.01083, §3.1).
    /// </summary>
    public Value Shuffle(long groups)
    {
        var (channels, height, width) = (Length(1), Length(2), Length(3));
        return Reshape(-1, groups, channels / groups, height * width).Transpose(1, 2).Reshape(-1, channels, height, width);
    }

    /// <summary>A new axis of length 1.</summary>
    public abstract Value Unsqueeze(int axis);

    /// <summary>Takes an axis of length 1 away.</summary>
    public abstract Value Squeeze(int axis);

    /// <summary>Some places of an axis.</summary>
    /// <param name="axis">Which axis.</param>
    /// <param name="start">The first place; below 0 from the end.</param>
    /// <param name="length">How many.</param>
    public abstract Value Narrow(int axis, long start, long length);

    /// <summary>
    /// Every <paramref name="step"/>th place of an axis, from the first. In a stream, whose steps come late, from place <paramref
    /// name="phase"/> of each chunk.
    /// </summary>
    public abstract Value Every(int axis, int step, int phase = 0);

    /// <summary>The places of an axis that are named, in that order; one may be named several times.</summary>
    public abstract Value Take(int axis, long[] places);

    /// <summary>The places of an axis in the opposite order.</summary>
    public abstract Value Flip(int axis);

    /// <summary>Zeros before and after an axis.</summary>
    public abstract Value Pad(int axis, long before, long after);

    /// <summary>Zeros behind an axis, where it is shorter than that.</summary>
    public abstract Value PadTo(int axis, long least);

    /// <summary>Values beside each other along an axis.</summary>
    public Value Concat(int axis, params ReadOnlySpan<Value> others) => others.Length == 0 ? this : Join(axis, others.ToArray());

    /// <summary>Values along a new axis.</summary>
    public Value Stack(int axis, params Value[] others) =>
        Unsqueeze(axis).Join(axis, Array.ConvertAll(others, other => other.Unsqueeze(axis)));

    /// <inheritdoc cref="Concat"/>
    public abstract Value Join(int axis, Value[] others);

    /// <summary>Sum over axes, which go unless they are kept with length 1.</summary>
    public Value Sum(bool keep, params int[] axes) => Reduce(Aggregate.Sum, keep, axes);

    /// <summary>Mean over axes.</summary>
    /// <inheritdoc cref="Sum"/>
    public Value Mean(bool keep, params int[] axes) => Reduce(Aggregate.Mean, keep, axes);

    /// <summary>The largest over axes.</summary>
    /// <inheritdoc cref="Sum"/>
    public Value Max(bool keep, params int[] axes) => Reduce(Aggregate.Max, keep, axes);

    /// <summary>One number for all along some axes.</summary>
    public abstract Value Reduce(Aggregate reduction, bool keep, int[] axes);

    /// <summary>Means of windows over the last two axes that stand side by side; what doesn't fill one is left out.</summary>
    public abstract Value AveragePool(long height, long width);

    /// <summary>
    /// Means of 2 × 2 places of a picture: half as high and half as wide. Zeros complete the last ones of an odd length.
    /// </summary>
    public Value Halved() => Pad(2, 0, Length(2) % 2).Pad(3, 0, Length(3) % 2).AveragePool(2, 2);

    /// <summary>A picture made larger by repeating its places.</summary>
    public Value Enlarged(long height, long width)
    {
        long[] Places(int axis, long wanted) => [.. Enumerable.Range(0, (int)wanted).Select(place => place * Length(axis) / wanted)];
        return Take(2, Places(2, height)).Take(3, Places(3, width));
    }

    /// <summary>The largest of windows over the last two axes.</summary>
    public abstract Value MaxPool(long size, long stride, long padding);

    /// <summary>
    /// 1 where a value is above 0, else 0. A step has no slope: in training it takes that of a sigmoid of the value times <paramref
    /// name="steepness"/> for it.
    /// </summary>
    public abstract Value Step(double steepness);

    /// <summary>Whether each value is larger.</summary>
    public abstract Value IsAbove(double limit);

    /// <summary>Of two values the one where this, a condition, holds, the other elsewhere.</summary>
    public abstract Value Choose(Value one, Value otherwise);

    /// <summary>Which places of an axis lie within each example's length: 1 or 0, [B, places].</summary>
    /// <param name="lengths">Whole numbers [B].</param>
    /// <param name="axis">The axis whose places are meant.</param>
    public abstract Value Within(Value lengths, int axis);

    /// <summary>Of whole numbers: their integral part by division, 0 or more.</summary>
    public abstract Value Quotient(long divisor);

    /// <summary>Of whole numbers: at least that.</summary>
    public abstract Value AtLeast(long least);

    /// <summary>Of whole numbers: more by that.</summary>
    public abstract Value Plus(long more);

    /// <summary>Whole numbers as real ones, of the kind that <paramref name="like"/> has.</summary>
    public abstract Value Real(Value like);

    /// <summary>
    /// What came before, in front of an axis: where a network looks back, and all that it needs to know to step through a stream.
    /// </summary>
    /// <param name="axis">The axis of time.</param>
    /// <param name="steps">So many steps of the past.</param>
    /// <param name="silence">Whether zeros stand before a whole sequence; else nothing does, and what comes of it is shorter.</param>
    /// <remarks>In a stream the steps are those that came last in the chunk before; they become the cache.</remarks>
    public abstract Value Past(int axis, int steps, bool silence);

    /// <summary>The same values, from which no gradient goes further back.</summary>
    public abstract Value Detach();

    /// <summary>What training does to values at random; anything else leaves them as they are.</summary>
    public abstract Value InTraining(Module part, Func<Tensor, Tensor> change);
}

/// <summary>Arithmetic of two values.</summary>
public enum Arithmetic
{
    /// <summary>x + y.</summary>
    Add,

    /// <summary>x − y.</summary>
    Sub,

    /// <summary>x · y.</summary>
    Mul,

    /// <summary>x ÷ y.</summary>
    Div,
}

/// <summary>Functions of one value.</summary>
public enum Function
{
    /// <summary>max(x, 0).</summary>
    Relu,

    /// <summary>1 ÷ (1 + e⁻ˣ).</summary>
    Sigmoid,

    /// <summary>Hyperbolic tangent.</summary>
    Tanh,

    /// <summary>x · σ(x).</summary>
    Silu,

    /// <summary>x · Φ(x).</summary>
    Gelu,

    /// <summary>eˣ.</summary>
    Exp,

    /// <summary>ln x.</summary>
    Log,

    /// <summary>√x.</summary>
    Sqrt,

    /// <summary>min(max(x, 0), 6).</summary>
    Relu6,

    /// <summary>min(max(x ÷ 6 + ½, 0), 1): a sigmoid of straight lines.</summary>
    HardSigmoid,

    /// <summary>x · min(max(x ÷ 6 + ½, 0), 1).</summary>
    HardSwish,
}

/// <summary>What is taken over an axis.</summary>
public enum Aggregate
{
    /// <summary>The sum.</summary>
    Sum,

    /// <summary>The mean.</summary>
    Mean,

    /// <summary>The largest.</summary>
    Max,
}

/// <summary>How a convolution's kernel moves; one number for each axis, one for all where only one is given.</summary>
/// <param name="Stride">Places from one output to the next.</param>
/// <param name="Padding">Zeros on either side.</param>
/// <param name="Dilation">Distance of two taps.</param>
/// <param name="Groups">Groups of channels that don't see each other.</param>
public sealed record Window(long[] Stride, long[] Padding, long[] Dilation, long Groups = 1)
{
    /// <summary>One place after the other, nothing padded.</summary>
    public Window(long stride = 1, long padding = 0, long dilation = 1, long groups = 1) : this([stride], [padding], [dilation], groups)
    {
    }
}
