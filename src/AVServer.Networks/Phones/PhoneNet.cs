using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace AVServer.Networks;

/// <summary>
/// Which phone is being spoken: cepstra of 10 ms in, scores of context-dependent phone states out, one vector each 30 ms.
/// </summary>
/// <remarks>
/// A factorised TDNN after Povey et al. (Interspeech 2018), laid out as Kaldi's small chain models are, so that their weights can be taken
/// over (av-lab import-phones). What differs: the speaker vector at the input is zero and left out, the LDA and the first layer are one
/// convolution, batch norms are scales and shifts, and the head for cross-entropy, which only training needs, is gone.
/// </remarks>
public sealed class PhoneNet : Layer, INetwork
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

    public IReadOnlyList<NetworkInput> Inputs => [new("features", [-1, PhoneStreaming.ChunkFrames, Config.Ceps])];

    public IReadOnlyList<string> Outputs => ["scores"];

    public NetworkSteps Steps => new(PhoneStreaming.ChunkFrames, Config.Subsampling, (2 * Config.ContextFrames) + 1);

    public IReadOnlyList<Value> Serve(IReadOnlyList<Value> inputs) => [Compute(inputs[0]).Transpose(1, 2)];

    /// <summary>All layers; for import.</summary>
    internal PhoneNetLayers Layers => new(first, firstNorm, [.. fast], [.. slow], bottleneck, hidden, hiddenNorm, code, output);

    /// <summary>
    /// Cepstra [B, frames, ceps] → scores [B, states, outputs]; the first output lies <see cref="PhoneNetConfig.ContextFrames"/> frames in.
    /// </summary>
    public override Value Compute(Value cepstra) => Encode(cepstra).Apply(output);

    /// <summary>The vector before the outputs: [B, frames, ceps] → [B, rank, outputs].</summary>
    public Tensor Encode(Tensor cepstra) => TorchValue.Run(Encode, cepstra);

    /// <summary>Scores of the states: [B, rank, outputs] → [B, states, outputs].</summary>
    public Tensor Score(Tensor encoded) => output.call(encoded);

    private Value Encode(Value cepstra)
    {
        var spliced = cepstra.Transpose(1, 2).Past(axis: 2, 2, silence: false);                             // [B, ceps, frames]
        var x = spliced.Apply(first).Relu().Apply(firstNorm);                                               // [B, width, frames − 2]
        foreach (var layer in fast) x = x.Apply(layer);
        x = x.Every(2, Config.Subsampling, phase: PhoneStreaming.FirstKept(Config));                        // [B, width, outputs and more]
        foreach (var layer in slow) x = x.Apply(layer);
        return x.Apply(bottleneck).Apply(hidden).Relu().Apply(hiddenNorm).Apply(code);                      // [B, rank, outputs]
    }
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
