namespace TorchSharp;

/// <summary>Where a tensor lives; the numbers are c10::DeviceType's.</summary>
public enum DeviceType
{
    CPU = 0,
    CUDA = 1,
}
