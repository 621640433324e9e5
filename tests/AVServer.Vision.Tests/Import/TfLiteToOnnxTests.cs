using AVServer.TestKit;
using AVServer.Vision.Import;

namespace AVServer.Vision.Tests.Import;

[Trait("Category", "unit")]
public sealed class TfLiteToOnnxTests
{
    private static readonly ReadOnlyMemory<byte> Detector = FaceModelImport.Extract(
        File.ReadAllBytes(Path.Combine(TestPaths.RepositoryRoot, "node_modules", FaceModelImport.PackedAssets)), FaceDetector.ModelName);

    [Fact]
    public void File_of_another_kind_is_refused()
    {
        Assert.Throws<InvalidDataException>(() => TfLiteToOnnx.Convert("not a graph at all"u8.ToArray(), "x"));
        Assert.Throws<InvalidDataException>(() => TfLiteToOnnx.Convert(ReadOnlyMemory<byte>.Empty, "x"));
    }

    [Theory]
    [InlineData(9)]
    [InlineData(5_000)]
    [InlineData(100_000)]
    public void File_that_is_cut_off_is_refused(int length) =>
        Assert.Throws<InvalidDataException>(() => TfLiteToOnnx.Convert(Detector[..length], "x"));

    [Fact]
    public void Model_has_the_graphs_operators_and_constants()
    {
        var model = TfLiteModel.Parse(Detector);
        Assert.Equal([1, 128, 128, 3], model.Tensors[model.Inputs[0]].Shape);
        Assert.Equal(["regressors", "classificators"], model.Outputs.Select(output => model.Tensors[output].Name));
        Assert.Equal(16, model.Operators.Count(op => op.Code == TfLiteOpCode.DepthwiseConv2D));
        Assert.All(model.Tensors.Where(tensor => tensor.Type == TfLiteType.Float16), tensor => Assert.True(tensor.IsConstant));
    }
}
