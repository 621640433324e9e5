namespace AVServer.Runtime.Onnx;

/// <summary>Length of an axis: a number, or so many times a name that stands for a length not known yet, and some more.</summary>
/// <param name="Name">What the free length is called; null where there is none.</param>
/// <param name="Factor">How many times it counts.</param>
/// <param name="Length">The number, or what is added.</param>
public readonly record struct Axis(string? Name, long Factor, long Length)
{
    /// <summary>Whether it is a number.</summary>
    public bool IsFixed => Name is null;

    public static implicit operator Axis(long length) => new(null, 0, length);

    public static implicit operator Axis(string name) => new(name, 1, 0);

    public static Axis operator +(Axis axis, long more) => axis with { Length = axis.Length + more };

    /// <summary>Two lengths behind each other.</summary>
    /// <exception cref="NotSupportedException">Both are free and differ.</exception>
    public static Axis operator +(Axis axis, Axis other) => (axis.IsFixed, other.IsFixed) switch
    {
        (_, true) => axis + other.Length,
        (true, _) => other + axis.Length,
        _ when axis.Name == other.Name => new(axis.Name, axis.Factor + other.Factor, axis.Length + other.Length),
        _ => throw new NotSupportedException($"Expected lengths that can be added, got {axis} and {other}."),
    };

    /// <summary>Two axes made one.</summary>
    public static Axis operator *(Axis axis, Axis other) => (axis.IsFixed, other.IsFixed) switch
    {
        (_, true) => new(axis.Name, axis.Factor * other.Length, axis.Length * other.Length),
        (true, _) => other * axis,
        _ => $"{axis}*{other}",
    };

    public override string ToString() =>
        Name is null ? $"{Length}" : (Factor == 1 ? Name : $"{Factor}*{Name}") + (Length == 0 ? "" : $"{Length:+0;-0}");

    internal TensorShapeProto.Types.Dimension ToProto() => IsFixed ? new() { DimValue = Length } : new() { DimParam = ToString() };
}
