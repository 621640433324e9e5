using AVServer.Lab.Export;
using AVServer.Networks.Emotion;
using static TorchSharp.torch;

namespace AVServer.Lab.Tests.Export;

[Trait("Category", "unit")]
public sealed class EmotionExportTests
{
    private static readonly MscnnConfig Both = new(Features: 12, CentredFeatures: 4, Filters: 8, Hop: 4, WordDim: 10);

    public static TheoryData<MscnnConfig> Configs => new()
    {
        Both,
        new MscnnConfig(Filters: 16),
        Both with { SpeakerDim = 3, Swem = false, Attention = false, Hop = 1 },
        Both with { Text = false, Attention = false, Labels = 8, Pooling = Statistics.Max },
        Both with { Text = false, Attention = false, CentredFeatures = 0, Pooling = Statistics.Mean | Statistics.Deviation },
        Both with { Descriptors = 9, DescriptorUnits = 5 },
        Both with { Descriptors = 9, Centres = 7, Text = false, Attention = false },
        Both with { Descriptors = 9, Text = false, Attention = false },
        Both with { Audio = false, Attention = false },
        Both with { WordVotes = true, Labels = 3 },
    };

    [Theory]
    [MemberData(nameof(Configs))]
    public void Mscnn_exported_computes_what_its_definition_does(MscnnConfig config)
    {
        using var model = Trained(config);
        var exported = ModelExporter.Export(model);
        Assert.InRange(exported.MaxDifference, 0, 2e-5f);
        string[] expected =
            [.. config.Audio ? ["features", "frames"] : Array.Empty<string>(),
                .. config.Descriptors > 0 ? ["descriptors"] : Array.Empty<string>(),
                .. config.Text ? ["words", "wordCount"] : Array.Empty<string>(),
                .. config.SpeakerDim > 0 ? ["speaker"] : Array.Empty<string>()];
        Assert.Equal(expected, exported.Inputs.Select(input => input.Name));
        Assert.Equal([-1, config.Labels], Assert.Single(exported.Outputs).Shape);
    }

    [Theory]
    [InlineData(LightSerNetPaths.All)]
    [InlineData(LightSerNetPaths.Both)]
    public void Light_sernet_exported_computes_what_its_definition_does(LightSerNetPaths paths)
    {
        manual_seed(4);
        using var scope = NewDisposeScope();
        using var model = new LightSerNet(new LightSerNetConfig(Paths: paths));
        for (var step = 0; step < 3; step++) model.call(randn([4, 64, 40]) * 3, tensor(new[] { 64L, 64, 40, 64 }));
        Assert.InRange(ModelExporter.Export(model).MaxDifference, 0, 2e-5f);
        Assert.True(model.training);
    }

    [Fact]
    public void Graph_of_other_weights_is_refused()
    {
        using var model = Trained(Both);
        model.eval();
        var graph = ModelExporter.Export(model).Graph;
        using (no_grad())
        {
            foreach (var parameter in model.parameters()) parameter.mul_(1.5);
        }
        Assert.Throws<ParityException>(() => ParityCheck.Require(EmotionParity.Measure(model, graph, 128)));
    }

    /// <summary>A model whose running statistics and normalisation are not those of the start.</summary>
    private static MscnnSpu Trained(MscnnConfig config)
    {
        manual_seed(6);
        var model = new MscnnSpu(config);
        using var scope = NewDisposeScope();
        if (config.Audio)
            model.SetNormalisation(
                [.. Enumerable.Range(0, config.Features).Select(i => i - 4f)],
                [.. Enumerable.Range(0, config.Features).Select(i => 1f / (1 + i % 5))]);
        if (config.Descriptors > 0)
            model.SetDescriptorNormalisation(
                [.. Enumerable.Range(0, config.Descriptors).Select(i => i / 2f)],
                [.. Enumerable.Range(0, config.Descriptors).Select(i => 2f / (1 + i))]);
        model.Radial?.Fit(
            randn([config.Centres, config.Descriptors]), randn([40, config.Descriptors]), eye(config.Labels).repeat([10, 1]), 0.1, 8);
        foreach (var (_, values) in model.state_dict().Where(entry => entry.Key is "voteWeight" or "toldBias")) values.fill_(0.7);
        for (var step = 0; step < 3; step++)
            model.call(
                new Utterances(
                    randn([4, 40, config.Features]) * 3, tensor(new[] { 40L, 30, 20, 10 }), randn([4, 5, config.WordInputs]),
                    tensor(new[] { 5L, 4, 3, 2 }), config.SpeakerDim > 0 ? randn([4, config.SpeakerDim]) : null,
                    config.Descriptors > 0 ? randn([4, config.Descriptors]) * 9 : null));
        return model;
    }
}
