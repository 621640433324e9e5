using AVServer.Runtime;
using AVServer.TestKit;

namespace AVServer.Vision.Tests;

/// <summary>The shipped face models, loaded once for all tests.</summary>
internal static class ShippedFaceModels
{
    public static ModelStore Store { get; } = ModelStore.Open(TestPaths.Models);

    public static FaceDetector Detector { get; } = new(Store.Get(FaceDetector.ModelName));

    public static FaceMesh Mesh { get; } = new(Store.Get(FaceMesh.ModelName));
}
