using AVServer.Networks.Flcma;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace AVServer.Networks.Tests.Flcma;

/// <summary>Every part and the whole against torchvision, torchaudio and PyTorch itself, forward and backward.</summary>
[Trait("Category", "golden")]
public sealed class FlcmaGoldenTests
{
    /// <summary>The sizes in <c>tests/golden/flcma/generate.py</c>.</summary>
    private static readonly FlcmaConfig Config = new(
        RoiSize: 17, RoiChannels: 2, VisualWidth: 2, SubsamplingChannels: 3, Dim: 8, Heads: 2, FeedForward: 12, Blocks: 2,
        ConvolutionKernel: 5,
        Dropout: 0, Mels: 10, AudioFrames: 24, VideoFrames: 6);

    private static readonly FlcmaConfig Transformer = Config with { Variant = FlcmaVariant.Transformer };

    private static readonly Dictionary<string, (string File, Func<Module> Create)> Parts = new()
    {
        ["ResidualBlock"] = ("lips", () => new ResidualBlock(3, 3, 1)),
        ["ResidualBlock shortcut"] = ("lips", () => new ResidualBlock(3, 5, 2)),
        ["LipEncoder"] = ("lips", () => new LipEncoder(Config)),
        ["LipEncoder eval"] = ("lips-eval", () => new LipEncoder(Config)),
        ["AudioSubsampler"] = ("encoder", () => new AudioSubsampler(Config)),
        ["FeedForwardModule"] = ("encoder", () => new FeedForwardModule(Config.Dim, Config.FeedForward, 0)),
        ["ConvolutionModule"] = ("encoder", () => new ConvolutionModule(Config.Dim, Config.ConvolutionKernel, 0)),
        ["ConformerBlock"] = ("encoder", () => new ConformerBlock(Config)),
        ["ConformerBlock eval"] = ("encoder", () => new ConformerBlock(Config)),
        ["ConformerBlock transformer"] = ("encoder", () => new ConformerBlock(Transformer)),
        ["FrameLevelCrossModalAttention"] = ("encoder", () => new FrameLevelCrossModalAttention(Config)),
        ["FlcmaBlock"] = ("encoder", () => new FlcmaBlock(Config)),
        ["ConvolutionFusion"] = ("encoder", () => new ConvolutionFusion()),
        ["AttentivePooling"] = ("encoder", () => new AttentivePooling(Config.Dim)),
        ["WindowClassifier"] = ("encoder", () => new WindowClassifier(Config)),
        ["FlcmaConformer"] = ("whole", () => new FlcmaConformer(Config)),
        ["FlcmaConformer transformer"] = ("whole", () => new FlcmaConformer(Transformer)),
    };

    public static TheoryData<string> Names => [.. Parts.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Part_gives_the_outputs_and_gradients_of_independent_code(string name)
    {
        using var scope = NewDisposeScope();
        var (file, create) = Parts[name];
        var golden = GoldenTensors.Read($"flcma/{file}.dat", name);
        using var module = create().to(float64);
        module.load_state_dict(golden.State);
        module.train(!name.EndsWith("eval", StringComparison.Ordinal));
        var inputs = golden.Inputs.Select(input => input.detach().to(float64).requires_grad_()).ToArray();
        golden.Check(inputs, Run(module, inputs), module);
    }

    [Fact]
    public void Every_golden_part_is_tested()
    {
        using var scope = NewDisposeScope();
        var cases = Parts.Values.Select(part => part.File).Distinct().SelectMany(file => GoldenTensors.Read($"flcma/{file}.dat").Keys);
        Assert.Equal(cases.Select(key => key[..key.IndexOf('/')]).Distinct().Order(), Parts.Keys.Order());
    }

    private static Tensor[] Run(Module module, Tensor[] inputs)
    {
        switch (module)
        {
            case Module<Tensor, Tensor> one:
                return [one.call(inputs[0])];
            case Module<Tensor, Tensor, Tensor> two:
                return [two.call(inputs[0], inputs[1])];
            case Module<Tensor, Tensor, (Tensor, Tensor)> pair:
                var (audio, video) = pair.call(inputs[0], inputs[1]);
                return [audio, video];
            case Module<Tensor, Tensor, Tensor, Tensor> three:
                return [three.call(inputs[0], inputs[1], inputs[2])];
            default:
                throw new ArgumentException($"Expected a known kind of module, got {module.GetName()}.", nameof(module));
        }
    }
}
