using AVServer.Lab.Export;
using AVServer.Networks.Flcma;
using AVServer.Runtime;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace AVServer.Lab.Tests.Export;

[Trait("Category", "unit")]
public sealed class AudioVisualExportTests
{
    private const float Tolerance = 1e-5f;

    /// <summary>Until the running statistics fit, twenty layers on top of each other make rounding large.</summary>
    private const int EncoderBatches = 25;

    private static readonly FlcmaConfig Tiny = FlcmaConfig.Small with
    {
        RoiSize = 21,
        RoiChannels = 3,
        VisualWidth = 4,
        Dim = 16,
        Heads = 2,
        FeedForward = 24,
        Blocks = 2
    };

    public static TheoryData<FlcmaConfig> Encoders => new() { FlcmaConfig.Small, Tiny };

    public static TheoryData<FlcmaConfig> Conformers => new()
    {
        FlcmaConfig.Small,
        FlcmaConfig.Small with { Variant = FlcmaVariant.Transformer },
        FlcmaConfig.Small with { IndependentOfLooks = false },
        FlcmaConfig.Small with { LipMeasures = 0 },
        Tiny with { Mels = 10, VideoFrames = 12, AudioFrames = 48, ConvolutionKernel = 7 },
    };

    [Theory]
    [MemberData(nameof(Encoders))]
    public void Lip_encoder_exported_computes_what_its_definition_does(FlcmaConfig config)
    {
        using var encoder = Encoder(config);
        var exported = ModelExporter.Export(encoder);
        Assert.InRange(exported.MaxDifference, 0, ParityCheck.Limit);
        Assert.True(encoder.training);
        Assert.Equal([-1, config.RoiChannels, 1, config.RoiSize, config.RoiSize], exported.Inputs[0].Shape);
        Assert.Equal([-1, 1, config.LipFeatures], exported.Outputs[0].Shape);
        AssertSignature(exported);
    }

    [Theory]
    [MemberData(nameof(Conformers))]
    public void Conformer_exported_computes_what_its_definition_does(FlcmaConfig config)
    {
        using var model = Ensemble(config);
        var exported = ModelExporter.Export(model);
        Assert.InRange(exported.MaxDifference, 0, Tolerance);
        Assert.True(model.training);
        Assert.Equal([-1, config.VideoFrames, config.LipValues], exported.Inputs[1].Shape);
        AssertSignature(exported);
    }

    [Fact]
    public void Encoder_of_the_published_size_is_exported()
    {
        using var encoder = Encoder(FlcmaConfig.Base);
        Assert.InRange(ModelExporter.Export(encoder).MaxDifference, 0, ParityCheck.Limit);
    }

    [Fact]
    public void Conformer_of_the_published_size_is_exported()
    {
        using var model = Ensemble(FlcmaConfig.Base);
        Assert.InRange(ModelExporter.Export(model).MaxDifference, 0, ParityCheck.Limit);
    }

    [Fact]
    public void Lip_graph_of_other_weights_is_refused()
    {
        using var encoder = Encoder(Tiny);
        encoder.eval();
        var graph = ModelExporter.Export(encoder).Graph;
        using (no_grad()) encoder.get_parameter("stages.7.conv2.weight")!.mul_(1.01);
        Assert.Throws<ParityException>(() => ParityCheck.Require(AudioVisualParity.Measure(encoder, graph)));
    }

    [Theory]
    [InlineData("absentAudio")]
    [InlineData("absentVideo")]
    [InlineData("blocks.0.crossModal.attention.attention.in_proj_weight")]
    [InlineData("blocks.1.video.convolution.depthwise.weight")]
    [InlineData("fusion.conv2.bias")]
    public void Conformer_graph_of_other_weights_is_refused(string changed)
    {
        using var model = Ensemble(Tiny, members: 2);
        model.eval();
        var graph = ModelExporter.Export(model).Graph;
        using (no_grad()) model.Members[1].get_parameter(changed)!.add_(randn_like(model.Members[1].get_parameter(changed)!));
        Assert.Throws<ParityException>(() => ParityCheck.Require(AudioVisualParity.Measure(model, graph)));
    }

    [Fact]
    public void Wrong_graph_of_a_model_that_is_sure_of_every_window_is_refused()
    {
        using var model = Ensemble(Tiny, members: 2);
        model.eval();
        using (no_grad()) foreach (var member in model.Members) member.get_parameter("classifier.output.bias")!.sub_(14);
        var graph = ModelExporter.Export(model).Graph;
        using (no_grad()) model.Members[0].get_parameter("classifier.output.bias")!.sub_(2);
        Assert.Throws<ParityException>(() => ParityCheck.Require(AudioVisualParity.Measure(model, graph)));
    }

    /// <summary>What a manifest says of the graph is so.</summary>
    private static void AssertSignature(ExportedModel exported)
    {
        using var session = SessionFactory.Open(exported.Graph);
        Assert.Equal(
            exported.Inputs.Select(input => (input.Name, string.Join(",", input.Shape))),
            session.InputMetadata.Select(input => (input.Key, string.Join(",", input.Value.Dimensions))));
        Assert.Equal(
            exported.Outputs.Select(output => (output.Name, string.Join(",", output.Shape))),
            session.OutputMetadata.Select(output => (output.Key, string.Join(",", output.Value.Dimensions))));
    }

    private static LipEncoder Encoder(FlcmaConfig config)
    {
        manual_seed(11);
        var encoder = new LipEncoder(config);
        using var scope = NewDisposeScope();
        encoder.SetNormalisation(
            [.. Enumerable.Range(0, config.RoiChannels).Select(channel => 0.3f + (0.1f * channel))],
            [.. Enumerable.Range(0, config.RoiChannels).Select(channel => 4f + channel)]);
        return Trained(encoder, EncoderBatches, () => encoder.call(rand([2, config.RoiChannels, 5, config.RoiSize, config.RoiSize])));
    }

    private static FlcmaEnsemble Ensemble(FlcmaConfig config, int members = 1) =>
        new([.. Enumerable.Range(0, members).Select(member => Conformer(config, seed: 11 + member))]);

    private static FlcmaConformer Conformer(FlcmaConfig config, int seed)
    {
        manual_seed(seed);
        var model = new FlcmaConformer(config);
        using var scope = NewDisposeScope();
        return Trained(
            model, 2, () => model.call(
                (randn([3, config.AudioFrames, config.Mels]) * 3) - 6, rand([3, config.VideoFrames, config.LipValues]), ones(3, 2)));
    }

    /// <summary>Weights and running statistics that are not those of the start.</summary>
    private static T Trained<T>(T module, int batches, Action batch) where T : Module
    {
        using var mode = no_grad();
        foreach (var parameter in module.parameters()) parameter.add_(randn_like(parameter) * 0.05);
        for (var step = 0; step < batches; step++) batch();
        return module;
    }
}
