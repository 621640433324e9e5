using System.Runtime.InteropServices;
using AVServer.Runtime;
using AVServer.TestKit;

namespace AVServer.Vision.Tests.Import;

[Trait("Category", "golden")]
public sealed class GraphParityTests
{
    // Float32 through some eighty layers against double precision; values go up to 165.
    private const float Tolerance = 1e-3f;

    [Theory]
    [InlineData(FaceDetector.ModelName, 128, -1, 1)]
    [InlineData(FaceMesh.ModelName, 192, 0, 1)]
    public void Shipped_graph_equals_an_independent_run_of_the_origin(string name, int side, float low, float high)
    {
        var expected = MemoryMarshal.Cast<byte, float>(File.ReadAllBytes(TestPaths.Golden("face-graphs", $"{name}.f32"))).ToArray();
        using var graph = new FixedShapeGraph(ShippedFaceModels.Store.Get(name));
        using var run = graph.CreateRun();
        WritePattern(run.Input(0), side, low, high);
        run.Run();

        float[] got = [.. run.Output(0), .. run.Output(1)];
        Assert.Equal(expected.Length, got.Length);
        Assert.InRange(expected.Zip(got, (want, have) => Math.Abs(want - have)).Max(), 0, Tolerance);
    }

    private static void WritePattern(Span<float> picture, int side, float low, float high)
    {
        for (int y = 0, i = 0; y < side; y++)
            for (var x = 0; x < side; x++)
                for (var c = 0; c < 3; c++)
                    picture[i++] = (((7 * x) + (13 * y) + (31 * c) + (x * y)) % 256 / 255f * (high - low)) + low;
    }
}
