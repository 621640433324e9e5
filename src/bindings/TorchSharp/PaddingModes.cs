namespace TorchSharp;

/// <summary>What a convolution sees beyond its input's edges.</summary>
public enum PaddingModes
{
    Zeros = 0,
    Reflect = 1,
    Replicate = 2,
    Circular = 3,
    Constant = 4,
}
