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
/// <param name="IsTaught">Whether a second token learns what a teacher says.</param>
public sealed record KwtConfig(
    int Ceps = 40, int Frames = 98, int Dim = 64, int Heads = 1, int Hidden = 256, int Blocks = 12, int Labels = 35, double Dropout = 0,
    bool IsTaught = false);

/// <summary>
/// Keyword transformer of a window: a token for each frame and one for the word, blocks whose norms stand behind the residuals, the
/// word's token judged.
/// </summary>
/// <remarks>
/// Berg, O'Connor, Cruz: "Keyword Transformer: A Self-Attention Model for Keyword Spotting" (Interspeech 2021, arXiv 2104.00769). §3.2 has
/// the teacher's token. What differs: a token and its position, which are only ever added, are one vector; the attention's projections have
/// a bias, which adds half a per cent to the parameters; the mean is that of both tokens' logits.
/// </remarks>
public sealed class Kwt : WindowNetwork, ITaughtNetwork
{
    private readonly Linear embed;
    private readonly Parameter positions;
    private readonly Sequential blocks;
    private readonly LayerNorm norm;
    private readonly Linear output;
    private readonly Linear? teachers;
    private readonly int _ahead;

    public Kwt(KwtConfig config) : base(nameof(Kwt), new KeywordWindow(config.Frames, config.Ceps, config.Labels))
    {
        Config = config;
        _ahead = config.IsTaught ? 2 : 1;
        embed = Linear(config.Ceps, config.Dim);
        positions = Parameter(init.normal_(empty(config.Frames + _ahead, config.Dim), std: 0.02));
        blocks = Sequential(Enumerable.Range(0, config.Blocks).Select(_ => (Module<Tensor, Tensor>)new KwtBlock(config)));
        norm = LayerNorm(config.Dim);
        output = Linear(config.Dim, config.Labels);
        teachers = config.IsTaught ? Linear(config.Dim, config.Labels) : null;
        RegisterComponents();
    }

    public KwtConfig Config { get; }

    /// <summary>Frames [B, T, ceps] → logits [B, labels].</summary>
    public override Value Compute(Value features)
    {
        if (teachers is null) return Tokens(features).Narrow(0, 0, 1).Squeeze(0).Apply(norm).Apply(output);
        var (own, other) = Heads(features);
        return (own + other) / 2;
    }

    public (Value Own, Value Teachers) Heads(Value features)
    {
        var tokens = Tokens(features);
        Value Token(int which) => tokens.Narrow(0, which, 1).Squeeze(0).Apply(norm);
        return (Token(0).Apply(output), Token(1).Apply(teachers!));
    }

    private Value Tokens(Value features) =>
        (features.Apply(embed).Pad(1, before: _ahead, after: 0) + positions).Transpose(0, 1).Apply(blocks);     // [tokens, B, D]
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
