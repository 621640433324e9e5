namespace OpenCvSharp;

/// <summary>What a function reads; a <see cref="Mat"/> converts to it.</summary>
/// <remarks>A value here, where the package has a class: calls in a loop then allocate nothing.</remarks>
public readonly struct InputArray
{
    private readonly Mat? _mat;

    private InputArray(Mat? mat) => _mat = mat;

    internal Mat Mat => _mat ?? throw new ArgumentNullException(nameof(Mat), "Expected a Mat, got null.");

    internal Mat? MatOrNull => _mat;

    public static implicit operator InputArray(Mat? mat) => new(mat);
}
