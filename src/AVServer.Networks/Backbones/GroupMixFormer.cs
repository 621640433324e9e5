using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace AVServer.Networks.Backbones;

/// <summary>Size of a <see cref="GroupMixFormer"/>.</summary>
/// <param name="Window">What it is given.</param>
/// <param name="Widths">Channels, stage by stage: multiples of ten.</param>
/// <param name="Blocks">Blocks, stage by stage.</param>
public sealed record GroupMixFormerConfig(KeywordWindow Window, IReadOnlyList<int> Widths, IReadOnlyList<int> Blocks)
{
    /// <summary>GroupMixFormer-M, the paper's smallest.</summary>
    public static GroupMixFormerConfig Mobile(KeywordWindow window) => new(window, [40, 80, 160, 160], [3, 3, 12, 4]);

    /// <summary>A size that fits 250 k.</summary>
    public static GroupMixFormerConfig Small(KeywordWindow window) => new(window, [20, 40, 80], [1, 1, 2]);
}

/// <summary>A transformer whose queries, keys and values stand for tokens and for groups of tokens of three sizes.</summary>
/// <remarks>
/// Ge et al., "Advancing Vision Transformers with Group-Mix Attention" (arXiv 2311.15157), §3; attention in the form
/// whose cost grows with the places, as in the authors' implementation.
/// </remarks>
public sealed class GroupMixFormer : WindowNetwork
{
    private readonly Sequential stages;
    private readonly BatchNorm2d norm;
    private readonly Linear classifier;

    public GroupMixFormer(GroupMixFormerConfig config) : base(nameof(GroupMixFormer), config.Window)
    {
        var width = (long)config.Widths[0];
        var parts = new List<Module<Tensor, Tensor>>
        {
            ConvNorm.OfPicture(1, width / 2, (3, 3), (2, 2), Function.HardSwish, bias: true),
            ConvNorm.OfPicture(width / 2, width, (3, 3), (2, 2), Function.HardSwish, bias: true),
        };
        foreach (var (stage, output) in config.Widths.Index())
        {
            parts.Add(new SeparableConv(width, output, kernel: 3, stride: stage == 0 ? 1 : 2));
            width = output;
            for (var block = 0; block < config.Blocks[stage]; block++) parts.Add(new GroupMixBlock(width));
        }

        stages = Sequential(parts);
        norm = BatchNorm2d(width);
        classifier = Linear(width, config.Window.Labels);
        RegisterComponents();
    }

    /// <summary>Frames [B, T, values] → logits [B, labels].</summary>
    public override Value Compute(Value frames) => Picture(frames).Apply(stages).Apply(norm).Mean(keep: false, 2, 3).Apply(classifier);
}

/// <summary>A depthwise convolution and one over the channels, a norm and a function behind.</summary>
public sealed class SeparableConv : Layer
{
    private readonly Conv2d depthwise;
    private readonly ConvNorm pointwise;

    internal SeparableConv(long input, long output, long kernel, long stride = 1) : base(nameof(SeparableConv))
    {
        depthwise = Conv2d(input, input, kernel, stride: stride, padding: kernel / 2, groups: input, bias: false);
        pointwise = ConvNorm.OfPicture(input, output, function: Function.HardSwish);
        RegisterComponents();
    }

    public override Value Compute(Value x) => x.Apply(depthwise).Apply(pointwise);
}

/// <summary>A block of <see cref="GroupMixFormer"/>: positions by a convolution, attention, two layers; [B, C, H, W].</summary>
public sealed class GroupMixBlock : Layer
{
    private readonly Conv2d position;
    private readonly LayerNorm norm1;
    private readonly GroupMixAttention attention;
    private readonly LayerNorm norm2;
    private readonly Linear expand;
    private readonly Linear contract;

    internal GroupMixBlock(long width) : base(nameof(GroupMixBlock))
    {
        position = Conv2d(width, width, 3, padding: 1, groups: width);
        norm1 = LayerNorm(width, eps: 1e-6);
        attention = new GroupMixAttention(width);
        norm2 = LayerNorm(width, eps: 1e-6);
        expand = Linear(width, 4 * width);
        contract = Linear(4 * width, width);
        RegisterComponents();
    }

    public override Value Compute(Value x)
    {
        var placed = (x + x.Apply(position)).Permute(0, 2, 3, 1);                                 // [B, H, W, C]
        placed += placed.Apply(norm1).Apply(attention);
        return (placed + placed.Apply(norm2).Apply(expand).Gelu().Apply(contract)).Permute(0, 3, 1, 2);
    }
}

/// <summary>
/// Group-mix attention: of five parts of the channels one stays as it is, three are joined over 3, 5 and 7 places in either direction
/// before they attend, and the last is only convolved; [B, H, W, C].
/// </summary>
public sealed class GroupMixAttention : Layer
{
    private const int Parts = 5;
    private const int Attending = 4;
    private const int Heads = 8;

    // Places in either direction that a group has, and heads whose values are placed by as large a kernel.
    private static readonly (int Kernel, int Heads)[] Sizes = [(3, 2), (5, 3), (7, 3)];

    private readonly Linear project;
    private readonly BatchNorm2d tokenNorm;
    private readonly ModuleList<SeparableConv> aggregators;
    private readonly Conv2d localDepthwise;
    private readonly Conv2d localPointwise;
    private readonly LayerNorm localNorm;
    private readonly ModuleList<Conv2d> positions;
    private readonly Linear output;
    private readonly long _width;
    private readonly long _part;

    internal GroupMixAttention(long width) : base(nameof(GroupMixAttention))
    {
        (_width, _part) = (width, width / Parts);
        project = Linear(width, 3 * width);
        tokenNorm = BatchNorm2d(_part);
        aggregators = ModuleList([.. Sizes.Select(size => new SeparableConv(_part, _part, size.Kernel))]);
        localDepthwise = Conv2d(3 * _part, 3 * _part, 3, padding: 1, groups: 3 * _part, bias: false);
        localPointwise = Conv2d(3 * _part, _part, 1, bias: false);
        localNorm = LayerNorm(_part);
        var head = Attending * _part / Heads;
        positions = ModuleList([.. Sizes.Select(
            size => Conv2d(size.Heads * head, size.Heads * head, size.Kernel, padding: size.Kernel / 2, groups: size.Heads * head))]);
        output = Linear(width, width);
        RegisterComponents();
    }

    public override Value Compute(Value x)
    {
        var (height, width) = (x.Length(1), x.Length(2));
        // Queries, keys and values go through the same convolutions, as clips of one batch.
        var each = x.Apply(project).Reshape(-1, height, width, 3, _width).Permute(0, 3, 4, 1, 2).Reshape(-1, _width, height, width);
        Value Part(int which) => each.Narrow(1, which * _part, _part);
        var groups = Part(0).Apply(tokenNorm).Map(Function.HardSwish).Join(
            1, [.. aggregators.Select((aggregator, i) => Part(i + 1).Apply(aggregator))]);        // [3 B, 4 P, H, W]
        var local = Part(Attending).Reshape(-1, 3 * _part, height, width).Apply(localDepthwise).Apply(localPointwise)
            .Permute(0, 2, 3, 1).Apply(localNorm).Map(Function.HardSwish);                        // [B, H, W, P]

        var head = Attending * _part / Heads;
        var heads = groups.Reshape(-1, 3, Attending * _part, height, width);
        Value Which(int which) => heads.Narrow(1, which, 1).Squeeze(1);
        Value Rows(Value maps) => maps.Reshape(-1, Heads, head, height * width).Transpose(2, 3);  // [B, heads, N, d]
        var (query, value) = (Rows(Which(0)), Which(2));
        var context = Rows(Which(1)).Softmax(2).Transpose(2, 3).MatMul(Rows(value));              // [B, heads, d, d]
        var attended = (query.MatMul(context) / Math.Sqrt((double)_width / Heads)) + (query * Rows(Placed(value)));
        var joined = attended.Transpose(1, 2).Reshape(-1, height, width, Attending * _part).Concat(3, local);
        return joined.Apply(output);
    }

    /// <summary>Values as their neighbours' places weigh them: heads look 3, 5 and 7 places far.</summary>
    private Value Placed(Value value)
    {
        var (parts, first) = (new List<Value>(), 0L);
        foreach (var position in positions)
        {
            var channels = position.weight!.size(0);
            parts.Add(value.Narrow(1, first, channels).Apply(position));
            first += channels;
        }

        return parts[0].Join(1, [.. parts.Skip(1)]);
    }
}
