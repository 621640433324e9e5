using System.Security.Cryptography;

namespace AVServer.Vision.Import;

/// <summary>
/// Makes the face models out of npm <c>@mediapipe/face_mesh</c> 0.4.1657299874, whose graphs MediaPipe published under Apache-2.0.
/// </summary>
public static class FaceModelImport
{
    /// <summary>The file of the package that holds the graphs, one after the other.</summary>
    public const string PackedAssets = "@mediapipe/face_mesh/face_mesh_solution_packed_assets.data";

    // Places as the package's own loader (face_mesh_solution_packed_assets_loader.js) lists them.
    private static readonly (string Model, Range Place, string Sha256)[] Graphs =
    [
        (FaceDetector.ModelName, 3757224..3986256, "3bc182eb9f33925d9e58b5c8d59308a760f4adea8f282370e428c51212c26633"),
        (FaceMesh.ModelName, 2495952..3737848, "c603fa6149219a3e9487dc9abd7a0c24474c77263273d24868378cdf40aa26d1"),
    ];

    /// <summary>Names of the models that <see cref="Convert"/> makes.</summary>
    public static IReadOnlyList<string> Models { get; } = [.. Graphs.Select(graph => graph.Model)];

    /// <summary>Takes a model's graph out of the packed assets.</summary>
    /// <param name="packedAssets">Bytes of <see cref="PackedAssets"/>.</param>
    /// <param name="model">One of <see cref="Models"/>.</param>
    /// <returns>The TensorFlow Lite file.</returns>
    /// <exception cref="InvalidDataException">The bytes aren't those of the stated version.</exception>
    public static ReadOnlyMemory<byte> Extract(ReadOnlyMemory<byte> packedAssets, string model)
    {
        var (_, place, expected) = Graphs.FirstOrDefault(graph => graph.Model == model);
        if (expected is null) throw new ArgumentException($"Expected one of {string.Join(", ", Models)}, got '{model}'.", nameof(model));
        if (packedAssets.Length < place.End.Value)
            throw new InvalidDataException(
                $"Expected at least {place.End.Value} bytes of packed assets, got {packedAssets.Length}. Run scripts/setup.sh.");
        var graph = packedAssets[place];
        var got = System.Convert.ToHexStringLower(SHA256.HashData(graph.Span));
        return got == expected
            ? graph
            : throw new InvalidDataException(
                $"Expected the graph of {model} with sha256 {expected}, got {got}. Install the version of package-lock.json.");
    }

    /// <summary>Makes a model's ONNX graph.</summary>
    /// <param name="packedAssets">Bytes of <see cref="PackedAssets"/>.</param>
    /// <param name="model">One of <see cref="Models"/>.</param>
    /// <returns>The ONNX file, equal to the <c>model.onnx</c> that is shipped.</returns>
    /// <exception cref="InvalidDataException">The bytes aren't those of the stated version.</exception>
    public static byte[] Convert(ReadOnlyMemory<byte> packedAssets, string model) =>
        TfLiteToOnnx.Convert(Extract(packedAssets, model), model);
}
