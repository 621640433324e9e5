namespace TorchSharp;

public static partial class torch
{
    /// <summary>Element types; the numbers are c10::ScalarType's.</summary>
    public enum ScalarType
    {
        Byte = 0,
        Int8 = 1,
        Int16 = 2,
        Int32 = 3,
        Int64 = 4,
        Float16 = 5,
        Float32 = 6,
        Float64 = 7,
        Bool = 11,
        BFloat16 = 15,
    }

    public const ScalarType uint8 = ScalarType.Byte;
    public const ScalarType int8 = ScalarType.Int8;
    public const ScalarType int16 = ScalarType.Int16;
    public const ScalarType int32 = ScalarType.Int32;
    public const ScalarType int64 = ScalarType.Int64;
    public const ScalarType @long = ScalarType.Int64;
    public const ScalarType float16 = ScalarType.Float16;
    public const ScalarType float32 = ScalarType.Float32;
    public const ScalarType float64 = ScalarType.Float64;
    public const ScalarType bfloat16 = ScalarType.BFloat16;
    public const ScalarType @bool = ScalarType.Bool;

    /// <summary>The processor.</summary>
    public static Device CPU { get; } = new(DeviceType.CPU);

    /// <summary>The current CUDA device.</summary>
    public static Device CUDA { get; } = new(DeviceType.CUDA);

    /// <summary>The device of a description, "cpu", "cuda" or "cuda:1".</summary>
    public static Device device(string description) => new(description);

    public static Device device(DeviceType type, int index = -1) => new(type, index);

    /// <summary>Where tensors live and operators run.</summary>
    public sealed class Device : IEquatable<Device>
    {
        public Device(DeviceType type, int index = -1) => (this.type, this.index) = (type, index);

        /// <exception cref="ArgumentException">The description is neither "cpu" nor "cuda" nor "cuda:" and a number.</exception>
        public Device(string description)
        {
            var parts = description.ToLowerInvariant().Split(':');
            type = parts[0] switch
            {
                "cpu" => DeviceType.CPU,
                "cuda" => DeviceType.CUDA,
                _ => throw new ArgumentException($"Expected \"cpu\", \"cuda\" or \"cuda:0\", got \"{description}\".", nameof(description)),
            };
            index = parts.Length == 1 ? -1
                : int.TryParse(parts[1], out var number) ? number
                : throw new ArgumentException($"Expected a number after the colon, got \"{description}\".", nameof(description));
        }

        public DeviceType type { get; }

        /// <summary>Which of several; -1 is the current one.</summary>
        public int index { get; }

        public static implicit operator Device(string description) => new(description);

        public bool Equals(Device? other) => other is not null && type == other.type && Math.Max(0, index) == Math.Max(0, other.index);

        public override bool Equals(object? obj) => Equals(obj as Device);

        public override int GetHashCode() => HashCode.Combine(type, Math.Max(0, index));

        public static bool operator ==(Device? left, Device? right) => Equals(left, right);

        public static bool operator !=(Device? left, Device? right) => !Equals(left, right);

        public override string ToString() => (type == DeviceType.CPU ? "cpu" : "cuda") + (index < 0 ? "" : $":{index}");
    }
}
