using ScalarType = TorchSharp.torch.ScalarType;

namespace TorchSharp;

/// <summary>.NET types ↔ element types.</summary>
internal static class ScalarTypes
{
    internal static ScalarType Of(Type type) =>
        type == typeof(float) ? ScalarType.Float32
        : type == typeof(double) ? ScalarType.Float64
        : type == typeof(long) ? ScalarType.Int64
        : type == typeof(int) ? ScalarType.Int32
        : type == typeof(short) ? ScalarType.Int16
        : type == typeof(sbyte) ? ScalarType.Int8
        : type == typeof(byte) ? ScalarType.Byte
        : type == typeof(bool) ? ScalarType.Bool
        : type == typeof(Half) ? ScalarType.Float16
        : throw new ArgumentException($"Expected a number or bool as element type, got {type}.", nameof(type));

    /// <exception cref="InvalidOperationException">The element type of the tensor is another.</exception>
    internal static void Require<T>(ScalarType dtype) where T : unmanaged
    {
        if (Of(typeof(T)) != dtype)
            throw new InvalidOperationException($"Expected a tensor of {Of(typeof(T))} to read as {typeof(T).Name}, got one of {dtype}; convert it with to_type first.");
    }
}
