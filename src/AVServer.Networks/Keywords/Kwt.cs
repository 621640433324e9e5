using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace AVServer.Networks;

/// <summary>Size of a <see cref="Kwt"/>: the defaults are those of KWT-1.</summary>
/// <param name="Ceps">Values of a frame.</param>
/// <param name="Frames">Frames of a window.</param>
/// <param name="Dim">Values of a token: 64 for KWT-1, 192 for KWT-3.</param>
/// <param name="Heads">Heads of every attention.</param>
/// <param name="Hidden">Hidden values of the feed-forward layers.</param>
/// <param name="Blocks">Blocks.</param>
/// <param name="Labels">Words that are told apart.</param>
/// <param name="Dropout">Share of values dropped in training.</param>
public sealed record KwtConfig(
    int Ceps = 40, int Frames = 98, int Dim = 64, int Heads = 1, int Hidden = 256, int Blocks = 12, int Labels = 35, double Dropout = 0);

/// <summary>
/// Keyword transformer of a window: a token for each frame and one for the word, blocks whose norms stand behind the residuals, the
/// word's token judged.
/// </summary>
/// <remarks>
/// Berg, O'Connor, Cruz: "Keyword Transformer: A Self-Attention Model for Keyword Spotting" (Interspeech 2021, arXiv 2104.00769). What
/// differs: the word's token and its position, which are only ever added, are one vector; the attention's projections have a bias,
/// which adds half a per cent to the parameters.
/// </remarks>
public sealed class Kwt : WindowNetwork
{
    private readonly Linear embed;
    private readonly Parameter positions;
    private readonly Sequential blocks;
    private readonly LayerNorm norm;
    private readonly Linear output;

    public Kwt(KwtConfig config) : base(nameof(Kwt), new KeywordWindow(config.Frames, config.Ceps, config.Labels))
    {
        Config = config;
        embed = Linear(config.Ceps, config.Dim);
        positions = Parameter(init.normal_(empty(config.Frames + 1, config.Dim), std: 0.02));
        blocks = Sequential(Enumerable.Range(0, config.Blocks).Select(_ => (Module<Tensor, Tensor>)new KwtBlock(config)));
        norm = LayerNorm(config.Dim);
        output = Linear(config.Dim, config.Labels);
        RegisterComponents();
    }

    public KwtConfig Config { get; }

    /// <summary>Frames [B, T, ceps] → logits [B, labels].</summary>
    public override Value Compute(Value features)
    {
        var tokens = features.Apply(embed).Pad(1, before: 1, after: 0) + positions;               // [B, 1 + T, D]
        var x = tokens.Transpose(0, 1).Apply(blocks);                                             // [1 + T, B, D]
        return x.Narrow(0, 0, 1).Squeeze(0).Apply(norm).Apply(output);
    }
}

/// <summary>
/// A block of <see cref="Kwt"/>: attention, then two linear layers, each beside its residual and with a norm behind; [L, B, D].
/// </summary>
public sealed class KwtBlock : Layer
{
    private readonly MultiheadAttention attention;
    private readonly LayerNorm norm1;
    private readonly Linear expand;
    private readonly Linear contract;
    private readonly LayerNorm norm2;
    private readonly Dropout dropout;
    private readonly int _heads;

    internal KwtBlock(KwtConfig config) : base(nameof(KwtBlock))
    {
        _heads = config.Heads;
        attention = MultiheadAttention(config.Dim, config.Heads);
        norm1 = LayerNorm(config.Dim);
        expand = Linear(config.Dim, config.Hidden);
        contract = Linear(config.Hidden, config.Dim);
        norm2 = LayerNorm(config.Dim);
        dropout = Dropout(config.Dropout);
        RegisterComponents();
    }

    public override Value Compute(Value x)
    {
        x = (x + x.Attend(attention, _heads).Apply(dropout)).Apply(norm1);
        return (x + x.Apply(expand).Gelu().Apply(contract).Apply(dropout)).Apply(norm2);
    }
}
