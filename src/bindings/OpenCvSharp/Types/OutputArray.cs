namespace OpenCvSharp;

/// <summary>What a function writes; a <see cref="Mat"/> converts to it and is given the size and type that the result needs, keeping its memory where they fit already.</summary>
/// <remarks>A value here, where the package has a class: calls in a loop then allocate nothing.</remarks>
public readonly struct OutputArray
{
    private readonly Mat? _mat;

    private OutputArray(Mat? mat) => _mat = mat;

    internal Mat Mat => _mat ?? throw new ArgumentNullException(nameof(Mat), "Expected a Mat, got null.");

    public static implicit operator OutputArray(Mat? mat) => new(mat);
}
