using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace AVServer.Models;

/// <summary>
/// Which phone is being spoken: cepstra of 10 ms in, scores of context-dependent phone states out, one vector each 30 ms.
/// </summary>
/// <remarks>
/// A factorised TDNN after Povey et al. (Interspeech 2018), laid out as Kaldi's small chain models are, so that their weights can be taken over
/// (av-lab import-phones). What differs: the speaker vector at the input is zero and left out, the LDA and the first layer are one convolution,
/// batch norms are scales and shifts, and the head for cross-entropy, which only training needs, is gone.
/// </remarks>
public sealed class PhoneNet : Module<Tensor, Tensor>
{
    private readonly Conv1d first;
    private readonly ChannelAffine firstNorm;
    private readonly ModuleList<TdnnfLayer> fast;
    private readonly ModuleList<TdnnfLayer> slow;
    private readonly Conv1d bottleneck;
    private readonly Conv1d hidden;
    private readonly ChannelAffine hiddenNorm;
    private readonly Conv1d code;
    private readonly Conv1d output;

    public PhoneNet(PhoneNetConfig config) : base(nameof(PhoneNet))
    {
        Config = config;
        first = Conv1d(config.Ceps, config.Width, 3);
        firstNorm = new ChannelAffine(config.Width);
        fast = ModuleList([.. config.FastStrides.Select(stride => new TdnnfLayer(config, stride))]);
        slow = ModuleList([.. config.SlowStrides.Select(stride => new TdnnfLayer(config, stride))]);
        bottleneck = Conv1d(config.Width, config.Rank, 1, bias: false);
        hidden = Conv1d(config.Rank, config.Width, 1);
        hiddenNorm = new ChannelAffine(config.Width);
        code = Conv1d(config.Width, config.Rank, 1, bias: false);
        output = Conv1d(config.Rank, config.States, 1);
        RegisterComponents();
    }

    /// <summary>Its size.</summary>
    public PhoneNetConfig Config { get; }

    /// <summary>All layers, for import and export.</summary>
    internal PhoneNetLayers Layers => new(first, firstNorm, [.. fast], [.. slow], bottleneck, hidden, hiddenNorm, code, output);

    /// <summary>Cepstra [B, frames, ceps] → scores [B, states, outputs]; the first output lies <see cref="PhoneNetConfig.ContextFrames"/> frames in.</summary>
    public override Tensor forward(Tensor cepstra) => Score(Encode(cepstra));

    /// <summary>The vector before the outputs: [B, frames, ceps] → [B, rank, outputs].</summary>
    public Tensor Encode(Tensor cepstra)
    {
        using var scope = NewDisposeScope();
        var x = firstNorm.call(functional.relu(first.call(cepstra.transpose(1, 2))));                       // [B, width, frames − 2]
        foreach (var layer in fast) x = layer.call(x);
        x = x.slice(2, 0, x.size(2), Config.Subsampling);                                                    // [B, width, outputs + their context]
        foreach (var layer in slow) x = layer.call(x);
        x = hiddenNorm.call(functional.relu(hidden.call(bottleneck.call(x))));
        return code.call(x).MoveToOuterDisposeScope();
    }

    /// <summary>Scores of the states: [B, rank, outputs] → [B, states, outputs].</summary>
    public Tensor Score(Tensor encoded) => output.call(encoded);
}

/// <summary>The layers of a <see cref="PhoneNet"/> in the order in which they run.</summary>
internal sealed record PhoneNetLayers(
    Conv1d First,
    ChannelAffine FirstNorm,
    IReadOnlyList<TdnnfLayer> Fast,
    IReadOnlyList<TdnnfLayer> Slow,
    Conv1d Bottleneck,
    Conv1d Hidden,
    ChannelAffine HiddenNorm,
    Conv1d Code,
    Conv1d Output);
