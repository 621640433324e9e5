using AVServer.Lab.Export;
using AVServer.Networks;
using static TorchSharp.torch;

namespace AVServer.Lab.Tests.Export;

[Trait("Category", "unit")]
public sealed class ModelExporterTests
{
    public static TheoryData<MdtcConfig, int> Configs => new()
    {
        { MdtcConfig.Small, 8 },
        { MdtcConfig.Small, 4 },
        { new MdtcConfig(Width: 16), 3 },
        { new MdtcConfig(Width: 12, Stacks: 3, BlocksPerStack: 2, Kernel: 3, Stride: 2, Keywords: 2), 10 },
    };

    [Theory]
    [MemberData(nameof(Configs))]
    public void Spotter_exported_computes_what_its_definition_does(MdtcConfig config, int chunkFrames)
    {
        using var model = Trained(config);
        var exported = ModelExporter.Export(model, chunkFrames);
        Assert.InRange(exported.MaxDifference, 0, 1e-5f);
        Assert.Equal([config.CacheRows, config.Width], exported.Streaming!.CacheShape);
        Assert.Equal(chunkFrames, exported.Streaming.ChunkFrames);
    }

    [Fact]
    public void Verifier_exported_computes_what_its_definition_does()
    {
        manual_seed(2);
        using var verifier = new VerifierEnsemble(new VerifierHeadConfig(Members: 3));
        foreach (var head in verifier.Members)
            head.SetCmvn([.. Enumerable.Range(0, 96).Select(i => i - 40f)], [.. Enumerable.Range(0, 96).Select(i => 1f / (1 + i % 9))]);
        Assert.InRange(ModelExporter.Export(verifier).MaxDifference, 0, 1e-5f);
        Assert.True(verifier.training);
    }

    [Fact]
    public void Graph_of_other_weights_is_refused()
    {
        using var model = Trained(MdtcConfig.Small);
        model.eval();
        var graph = ModelExporter.Export(model).Graph;
        using (no_grad())
        {
            foreach (var parameter in model.parameters()) parameter.mul_(1.5);
        }
        var error = Assert.Throws<ParityException>(() => ParityCheck.Require(SpotterParity.Measure(model, graph, 8)));
        Assert.True(error.Difference > ParityCheck.Limit);
    }

    [Fact]
    public void Difference_that_is_not_a_number_is_refused() => Assert.Throws<ParityException>(() => ParityCheck.Require(float.NaN));

    [Fact]
    public void Chunk_that_the_stride_does_not_divide_is_refused()
    {
        using var model = new Mdtc(MdtcConfig.Small);
        Assert.Contains("multiple of the stride 4", Assert.Throws<ArgumentException>(() => ModelExporter.Export(model, 6)).Message);
    }

    /// <summary>A model whose running statistics and normalisation are not those of the start.</summary>
    private static Mdtc Trained(MdtcConfig config)
    {
        manual_seed(5);
        var model = new Mdtc(config);
        using var scope = NewDisposeScope();
        model.SetCmvn(
            [.. Enumerable.Range(0, config.Mels).Select(mel => 0.1f * mel)],
            [.. Enumerable.Range(0, config.Mels).Select(mel => 1f / (1 + mel % 7))]);
        for (var step = 0; step < 5; step++) model.logits(randn([4, 64, config.Mels]) * 2 + 1);
        return model;
    }
}
