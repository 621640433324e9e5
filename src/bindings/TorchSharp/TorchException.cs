using System.Runtime.InteropServices;

namespace TorchSharp;

/// <summary>An error inside libtorch; caught as <see cref="ExternalException"/>, as TorchSharp's own.</summary>
public sealed class TorchException : ExternalException
{
    internal TorchException(string operatorName, string reason)
        : base($"{operatorName}: {reason}") => Operator = operatorName;

    /// <summary>The ATen operator, with its overload, or the function that failed: "conv1d", "add.Tensor", "backward".</summary>
    public string Operator { get; }
}
