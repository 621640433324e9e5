using TorchSharp.Interop;

namespace TorchSharp;

/// <summary>A number that an operator takes beside its tensors; whole numbers stay whole, so that integer tensors keep their type.</summary>
public sealed class Scalar
{
    private readonly object _value;

    private Scalar(object value) => _value = value;

    public static implicit operator Scalar(int value) => new((long)value);

    public static implicit operator Scalar(long value) => new(value);

    public static implicit operator Scalar(float value) => new((double)value);

    public static implicit operator Scalar(double value) => new(value);

    public static implicit operator Scalar(bool value) => new(value);

    internal Argument ToArgument() => _value switch
    {
        long whole => whole,
        double real => real,
        bool truth => truth,
        _ => throw new InvalidOperationException($"Expected a long, double or bool, got {_value.GetType()}."),
    };

    public override string ToString() => _value.ToString()!;
}
