using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace AVServer.Networks.Backbones;

/// <summary>Size of a <see cref="ShViT"/>.</summary>
/// <param name="Window">What it is given.</param>
/// <param name="Widths">Channels, stage by stage; an eighth, a quarter and a half of the first those of the stem.</param>
/// <param name="Attended">Channels that attention looks at, stage by stage; 0 in a stage of convolutions alone.</param>
/// <param name="Blocks">Blocks, stage by stage.</param>
/// <param name="StemHalvings">How often the stem halves the picture.</param>
public sealed record ShViTConfig(
    KeywordWindow Window, IReadOnlyList<int> Widths, IReadOnlyList<int> Attended, IReadOnlyList<int> Blocks, int StemHalvings = 4)
{
    /// <summary>SHViT-S1, the paper's smallest.</summary>
    public static ShViTConfig S1(KeywordWindow window) => new(window, [128, 224, 320], [0, 48, 68], [2, 4, 5]);

    /// <summary>A size of 200 k.</summary>
    public static ShViTConfig Small(KeywordWindow window) => new(window, [32, 48, 64], [0, 16, 16], [1, 2, 2], StemHalvings: 3);
}

/// <summary>A transformer of one head, which looks at some of the channels, between depthwise convolutions.</summary>
/// <remarks>
/// Yun, Ro: "SHViT: Single-Head Vision Transformer with Memory Efficient Macro Design" (CVPR 2024, arXiv 2401.16456), §3, table 2, figure
/// 4.
/// </remarks>
public sealed class ShViT : WindowNetwork
{
    private readonly Sequential features;
    private readonly BatchNorm1d norm;
    private readonly Linear classifier;

    public ShViT(ShViTConfig config) : base(nameof(ShViT), config.Window)
    {
        var parts = new List<Module<Tensor, Tensor>>();
        var width = 1L;
        for (var i = config.StemHalvings - 1; i >= 0; i--)
        {
            var next = config.Widths[0] >> i;
            parts.Add(ConvNorm.OfPicture(width, next, kernel: 3, i == 0 ? null : Function.Relu, stride: 2));
            width = next;
        }

        for (var stage = 0; stage < config.Widths.Count; stage++)
        {
            if (stage > 0)
            {
                parts.AddRange([new LocalMixer(width), new FeedForwardMixer(width), new PatchMerging(width, config.Widths[stage])]);
                width = config.Widths[stage];
                parts.AddRange([new LocalMixer(width), new FeedForwardMixer(width)]);
            }

            for (var block = 0; block < config.Blocks[stage]; block++)
            {
                parts.Add(new LocalMixer(width));
                if (config.Attended[stage] > 0) parts.Add(new SingleHeadAttention(width, config.Attended[stage]));
                parts.Add(new FeedForwardMixer(width));
            }
        }

        features = Sequential(parts);
        norm = BatchNorm1d(width);
        classifier = Linear(width, config.Window.Labels);
        RegisterComponents();
    }

    /// <summary>Frames [B, T, values] → logits [B, labels].</summary>
    public override Value Compute(Value frames) => Picture(frames).Apply(features).Mean(keep: false, 2, 3).Apply(norm).Apply(classifier);
}

/// <summary>A depthwise convolution beside its residual.</summary>
public sealed class LocalMixer : Layer
{
    private readonly ConvNorm depthwise;

    internal LocalMixer(long width) : base(nameof(LocalMixer))
    {
        depthwise = ConvNorm.OfPicture(width, width, kernel: 3, function: null, groups: width);
        RegisterComponents();
    }

    public override Value Compute(Value x) => x + x.Apply(depthwise);
}

/// <summary>Two layers over the channels, twice as wide between them, beside a residual.</summary>
public sealed class FeedForwardMixer : Layer
{
    private readonly ConvNorm expand;
    private readonly ConvNorm contract;

    internal FeedForwardMixer(long width) : base(nameof(FeedForwardMixer))
    {
        expand = ConvNorm.OfPicture(width, 2 * width);
        contract = ConvNorm.OfPicture(2 * width, width, function: null);
        RegisterComponents();
    }

    public override Value Compute(Value x) => x + x.Apply(expand).Apply(contract);
}

/// <summary>Halves a picture: an inverted residual with squeeze-and-excitation.</summary>
public sealed class PatchMerging : Layer
{
    private readonly ConvNorm expand;
    private readonly ConvNorm depthwise;
    private readonly SqueezeExcite weigh;
    private readonly ConvNorm project;

    internal PatchMerging(long input, long output) : base(nameof(PatchMerging))
    {
        expand = ConvNorm.OfPicture(input, 4 * input);
        depthwise = ConvNorm.OfPicture(4 * input, 4 * input, kernel: 3, stride: 2, groups: 4 * input);
        weigh = new SqueezeExcite(4 * input, input);
        project = ConvNorm.OfPicture(4 * input, output, function: null);
        RegisterComponents();
    }

    public override Value Compute(Value x) => x.Apply(expand).Apply(depthwise).Apply(weigh).Apply(project);
}

/// <summary>Attention of one head over the places of the first channels, while the others wait; [B, C, H, W], beside a residual.</summary>
public sealed class SingleHeadAttention : Layer
{
    private const int Query = 16;

    private readonly GroupNorm norm;
    private readonly ConvNorm project;
    private readonly ConvNorm output;
    private readonly long _attended;
    private readonly long _others;

    internal SingleHeadAttention(long width, long attended) : base(nameof(SingleHeadAttention))
    {
        (_attended, _others) = (attended, width - attended);
        norm = Norms.OfGroups(1, attended);
        project = ConvNorm.OfPicture(attended, (2 * Query) + attended, function: null);
        output = ConvNorm.OfPicture(width, width, function: null);
        RegisterComponents();
    }

    public override Value Compute(Value x)
    {
        var (height, width) = (x.Length(2), x.Length(3));
        var all = x.Narrow(1, 0, _attended).Apply(norm).Apply(project).Reshape(-1, (2 * Query) + _attended, height * width);
        var shares = (all.Narrow(1, 0, Query).Transpose(1, 2).MatMul(all.Narrow(1, Query, Query)) / Math.Sqrt(Query)).Softmax(2);
        var heard = all.Narrow(1, 2 * Query, _attended).MatMul(shares.Transpose(1, 2)).Reshape(-1, _attended, height, width);
        return x + heard.Concat(1, x.Narrow(1, _attended, _others)).Relu().Apply(output);
    }
}
