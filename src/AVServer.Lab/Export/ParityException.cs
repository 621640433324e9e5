namespace AVServer.Lab.Export;

/// <summary>An exported graph doesn't compute what its definition does.</summary>
public sealed class ParityException : InvalidOperationException
{
    internal ParityException(float difference)
        : base(
            $"Expected the exported graph to differ from its definition by at most {ParityCheck.Limit}, got {difference}; nothing was "
            + "written. The exporter doesn't fit the model's definition any more.") =>
        Difference = difference;

    /// <summary>The largest difference of two outputs; not a number where one of them isn't.</summary>
    public float Difference { get; }
}
