using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace AVServer.Networks.Backbones;

/// <summary>Size of a <see cref="NeighborhoodTransformer"/>.</summary>
/// <param name="Window">What it is given.</param>
/// <param name="Width">Channels of the first level, twice as many in each that follows.</param>
/// <param name="Blocks">Blocks, level by level.</param>
/// <param name="HeadWidth">Channels of a head.</param>
/// <param name="Kernel">Places in either direction that a place attends to.</param>
public sealed record NeighborhoodTransformerConfig(
    KeywordWindow Window, int Width, IReadOnlyList<int> Blocks, int HeadWidth = 32, int Kernel = 7)
{
    /// <summary>NAT-Mini, the paper's smallest.</summary>
    public static NeighborhoodTransformerConfig Mini(KeywordWindow window) => new(window, 64, [3, 4, 6, 5]);

    /// <summary>A size that fits 250 k.</summary>
    public static NeighborhoodTransformerConfig Small(KeywordWindow window) => new(window, 24, [1, 1, 1], HeadWidth: 12);
}

/// <summary>A transformer in which each place attends to its nearest neighbours, as many at a picture's edge as in its middle.</summary>
/// <remarks>
/// Hassani et al., "Neighborhood Attention Transformer" (CVPR 2023, arXiv 2204.07143), §3. What differs: on a
/// picture that is smaller than a neighbourhood all places are neighbours, where the authors' implementation pads it.
/// </remarks>
public sealed class NeighborhoodTransformer : WindowNetwork
{
    private readonly Sequential tokens;
    private readonly LayerNorm tokenNorm;
    private readonly ModuleList<Sequential> levels;
    private readonly ModuleList<Conv2d> reductions;
    private readonly ModuleList<LayerNorm> reductionNorms;
    private readonly LayerNorm norm;
    private readonly Linear classifier;

    public NeighborhoodTransformer(NeighborhoodTransformerConfig config) : base(nameof(NeighborhoodTransformer), config.Window)
    {
        var width = (long)config.Width;
        tokens = Sequential(Conv2d(1, width / 2, 3, stride: 2, padding: 1), Conv2d(width / 2, width, 3, stride: 2, padding: 1));
        tokenNorm = LayerNorm(width);
        (levels, reductions, reductionNorms) = (ModuleList<Sequential>(), ModuleList<Conv2d>(), ModuleList<LayerNorm>());
        foreach (var (level, blocks) in config.Blocks.Index())
        {
            if (level > 0)
            {
                reductions.Add(Conv2d(width, 2 * width, 3, stride: 2, padding: 1, bias: false));
                width *= 2;
                reductionNorms.Add(LayerNorm(width));
            }

            levels.Add(Sequential(
                Enumerable.Range(0, blocks).Select(_ => (Module<Tensor, Tensor>)new NeighborhoodBlock(width, config))));
        }

        norm = LayerNorm(width);
        classifier = Linear(width, config.Window.Labels);
        RegisterComponents();
    }

    /// <summary>Frames [B, T, values] → logits [B, labels].</summary>
    public override Value Compute(Value frames)
    {
        var x = Picture(frames).Apply(tokens).Permute(0, 2, 3, 1).Apply(tokenNorm).Apply(levels[0]);            // [B, H, W, C]
        for (var level = 1; level < levels.Count; level++)
        {
            var halved = x.Permute(0, 3, 1, 2).Apply(reductions[level - 1]).Permute(0, 2, 3, 1);
            x = halved.Apply(reductionNorms[level - 1]).Apply(levels[level]);
        }

        return x.Apply(norm).Mean(keep: false, 1, 2).Apply(classifier);
    }
}

/// <summary>A block of <see cref="NeighborhoodTransformer"/>: attention, then two layers, each beside its residual; [B, H, W, C].</summary>
public sealed class NeighborhoodBlock : Layer
{
    private readonly LayerNorm norm1;
    private readonly NeighborhoodAttention attention;
    private readonly LayerNorm norm2;
    private readonly Linear expand;
    private readonly Linear contract;

    internal NeighborhoodBlock(long width, NeighborhoodTransformerConfig config) : base(nameof(NeighborhoodBlock))
    {
        norm1 = LayerNorm(width);
        attention = new NeighborhoodAttention(width, width / config.HeadWidth, config.Kernel);
        norm2 = LayerNorm(width);
        expand = Linear(width, 3 * width);
        contract = Linear(3 * width, width);
        RegisterComponents();
    }

    public override Value Compute(Value x)
    {
        x += x.Apply(norm1).Apply(attention);
        return x + x.Apply(norm2).Apply(expand).Gelu().Apply(contract);
    }
}

/// <summary>Attention of each place to its neighbours, with a bias for where they lie: [B, H, W, C].</summary>
public sealed class NeighborhoodAttention : Layer
{
    private readonly Linear project;
    private readonly Parameter bias;
    private readonly Linear output;
    private readonly long _width;
    private readonly long _heads;
    private readonly int _kernel;

    internal NeighborhoodAttention(long width, long heads, int kernel) : base(nameof(NeighborhoodAttention))
    {
        (_width, _heads, _kernel) = (width, heads, kernel);
        project = Linear(width, 3 * width);
        bias = Parameter(init.normal_(empty(heads, (2 * kernel) - 1, (2 * kernel) - 1), std: 0.02));
        output = Linear(width, width);
        RegisterComponents();
    }

    public override Value Compute(Value x)
    {
        var (height, width, head) = (x.Length(1), x.Length(2), _width / _heads);
        var (rows, columns) = (Neighbours(height, _kernel), Neighbours(width, _kernel));
        var (high, wide) = (rows.LongLength / height, columns.LongLength / width);
        var all = x.Apply(project);
        var query = all.Narrow(3, 0, _width).Reshape(-1, height * width, _heads, 1, head);
        var (key, value) = (Around(all.Narrow(3, _width, _width)), Around(all.Narrow(3, 2 * _width, _width)));
        var shares = ((query.MatMul(key.Transpose(3, 4)) / Math.Sqrt(head)) + Bias()).Softmax(4);               // [B, HW, heads, 1, hw]
        return shares.MatMul(value).Reshape(-1, height, width, _width).Apply(output);

        // [B, H, W, C] → [B, HW, heads, hw, d]: what stands around each place.
        Value Around(Value places) => places.Take(1, rows).Take(2, columns).Reshape(-1, height, high, width, wide, _heads, head)
            .Permute(0, 1, 3, 5, 2, 4, 6).Reshape(-1, height * width, _heads, high * wide, head);

        // [HW, heads, 1, hw]: of each neighbour by how far it lies below and to the right.
        Tensor Bias()
        {
            var below = Distances(rows, height).reshape(height, 1, high, 1);
            var right = Distances(columns, width).reshape(1, width, 1, wide);
            var places = ((below * ((2 * _kernel) - 1)) + right).reshape(-1);
            var each = bias.reshape(_heads, -1).index_select(1, places).reshape(_heads, height * width, high * wide);
            return each.transpose(0, 1).unsqueeze(2);
        }
    }

    /// <summary>The nearest places of each place of an axis, behind each other: as many at the ends as in the middle.</summary>
    internal static long[] Neighbours(long length, int kernel)
    {
        var count = Math.Min(kernel, length);
        return [.. Enumerable.Range(0, (int)length).SelectMany(
            place => Enumerable.Range(0, (int)count).Select(i => Math.Clamp(place - (count / 2), 0, length - count) + i))];
    }

    // From 0 on: a kernel's length less one to the left or above.
    private Tensor Distances(long[] neighbours, long length) =>
        tensor(neighbours, int64).reshape(length, -1) - arange(length, int64).unsqueeze(1) + (_kernel - 1);
}
