using AVServer.Runtime;
using AVServer.TestKit;
using AVServer.Vision.Import;

namespace AVServer.Vision.Tests.Import;

[Trait("Category", "unit")]
public sealed class FaceModelImportTests
{
    private static readonly byte[] Assets = File.ReadAllBytes(
        Path.Combine(TestPaths.RepositoryRoot, "node_modules", FaceModelImport.PackedAssets));

    public static TheoryData<string> Models => [.. FaceModelImport.Models];

    [Theory]
    [MemberData(nameof(Models))]
    public void Import_gives_the_shipped_graph_byte_for_byte(string model) =>
        Assert.Equal(
            File.ReadAllBytes(Path.Combine(TestPaths.Models, model, ModelManifest.MainFile)), FaceModelImport.Convert(Assets, model));

    [Fact]
    public void Other_assets_are_refused_with_both_hashes()
    {
        var changed = Assets.ToArray();
        changed[3757224 + 1000] ^= 1;
        var error = Assert.Throws<InvalidDataException>(() => FaceModelImport.Convert(changed, FaceDetector.ModelName));
        Assert.Contains("3bc182eb", error.Message, StringComparison.Ordinal);
        Assert.Throws<InvalidDataException>(() => FaceModelImport.Convert(Assets.AsMemory(0, 1000), FaceMesh.ModelName));
    }

    [Fact]
    public void Unknown_model_is_refused() => Assert.Throws<ArgumentException>(() => FaceModelImport.Extract(Assets, "no-such-model"));
}
