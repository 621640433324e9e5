using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace AVServer.Networks;

/// <summary>Size of a <see cref="FeatureAttentionDsCnn"/>.</summary>
/// <param name="Window">What it is given.</param>
/// <param name="Features">Features that attention makes of the values of a frame.</param>
/// <param name="Width">Channels.</param>
/// <param name="Blocks">Depthwise separable convolutions.</param>
/// <param name="Syllables">Syllables of a word.</param>
public sealed record FeatureAttentionDsCnnConfig(
    KeywordWindow Window, int Features = 16, int Width = 56, int Blocks = 3, int Syllables = 3);

/// <summary>
/// Attention finds the few features that matter among a frame's values, depthwise separable convolutions tell syllables of them, and a
/// word is as likely as all ways along the frames that say its syllables together (CTC).
/// </summary>
/// <remarks>
/// Lei et al., "Low-Power Feature-Attention Chinese Keyword Spotting Framework with Distillation Learning" (ACM TALLIP 22, 2023, doi
/// 10.1145/3558002). What differs: the paper's has the five syllables of one Chinese word, here each word has some of its own; the words'
/// likelihoods are the logits, so that the recipe's cross-entropy is CTC's loss held against the other words; sizes are chosen here, near
/// its 14.5 k parameters. Its teacher is named by the recipe.
/// </remarks>
public sealed class FeatureAttentionDsCnn : WindowNetwork
{
    private const double Never = -1e4;

    private readonly Linear attend;
    private readonly Linear reduce;
    private readonly ConvNorm stem;
    private readonly Sequential blocks;
    private readonly Conv1d output;
    private readonly FeatureAttentionDsCnnConfig _config;
    private readonly int _words;

    public FeatureAttentionDsCnn(FeatureAttentionDsCnnConfig config) : base(nameof(FeatureAttentionDsCnn), config.Window)
    {
        (_config, _words) = (config, config.Window.Labels - 1);
        attend = Linear(config.Window.Values, config.Window.Values);
        reduce = Linear(config.Window.Values, config.Features);
        stem = ConvNorm.OfTime(config.Features, config.Width, kernel: 5, stride: 2);
        blocks = Sequential(Enumerable.Range(0, config.Blocks).SelectMany(block => Separable(config.Width, dilation: 1 << block)));
        output = Conv1d(config.Width, 1 + (_words * config.Syllables), 1);
        RegisterComponents();
    }

    /// <summary>Frames [B, T, values] → log-likelihoods of no syllable at all and of each word, [B, labels].</summary>
    public override Value Compute(Value features)
    {
        var heard = (features * features.Apply(attend).Softmax(2)).Apply(reduce).Transpose(1, 2); // [B, features, T]
        var syllables = LogSoftmax(heard.Apply(stem).Apply(blocks).Apply(output));                // [B, 1 + words · syllables, T / 2]
        return Likelihoods(syllables);
    }

    /// <summary>
    /// The forward algorithm of CTC (Graves et al. 2006, §4.1) for all words at once: log-posteriors of the blank and each word's syllables
    /// [B, 1 + words · syllables, T] → log-likelihoods [B, 1 + words].
    /// </summary>
    internal Value Likelihoods(Value syllables)
    {
        var (steps, count) = (syllables.Length(2), _config.Syllables);
        var blanks = syllables.Narrow(1, 0, 1);                                                   // [B, 1, T]
        var each = syllables.Narrow(1, 1, (long)_words * count).Reshape(-1, _words, count, steps);
        // States: a blank, a syllable, a blank …; syllables of a word differ, so that one may follow the other without a blank between.
        var said = At(0);
        var states = said.Narrow(2, 0, 2).Concat(2, (said.Narrow(2, 2, (2 * count) - 1) * 0) + Never);
        for (var t = 1L; t < steps; t++)
        {
            var one = states.Narrow(2, 0, 2 * count).Pad(2, 1, 0) + Beginning(1);
            var two = (states.Narrow(2, 0, (2 * count) - 1) + Skips()).Pad(2, 2, 0) + Beginning(2);
            states = LogSum(LogSum(states, one), two) + At(t);
        }

        var words = LogSum(states.Narrow(2, 2 * count, 1), states.Narrow(2, (2 * count) - 1, 1)).Squeeze(2);
        return blanks.Sum(keep: false, 2).Concat(1, words);

        // Log-posteriors of the states at a step, [B, words, 2 · syllables + 1].
        Value At(long t)
        {
            var blank = blanks.Narrow(2, t, 1);                                                   // [B, 1, 1]
            var of = each.Narrow(3, t, 1);                                                        // [B, words, syllables, 1]
            var blankBeside = (of * 0) + blank.Unsqueeze(3);
            return of.Concat(3, blankBeside).Reshape(-1, _words, 2 * count).Pad(2, 1, 0) + FirstBlank(blank);
        }

        Value FirstBlank(Value blank) =>
            blank * tensor(Enumerable.Range(0, (2 * count) + 1).Select(state => state == 0 ? 1f : 0).ToArray());

        // Nothing comes from before the first states.
        Tensor Beginning(int states) =>
            tensor(Enumerable.Range(0, (2 * count) + 1).Select(state => state < states ? (float)Never : 0).ToArray());

        // Only from a syllable to the next is there a way past a blank.
        Tensor Skips() => tensor(Enumerable.Range(0, (2 * count) - 1).Select(state => state % 2 == 1 ? 0 : (float)Never).ToArray());
    }

    private static Value LogSum(Value x, Value y)
    {
        var larger = x + (y - x).Relu();
        return larger + ((x - larger).Exp() + (y - larger).Exp()).Map(Function.Log);
    }

    private static Value LogSoftmax(Value x)
    {
        var centred = x - x.Max(keep: true, 1);
        return centred - centred.Exp().Sum(keep: true, 1).Map(Function.Log);
    }

    private static Module<Tensor, Tensor>[] Separable(long width, long dilation) =>
        [ConvNorm.OfTime(width, width, kernel: 5, dilation: dilation, groups: width), ConvNorm.OfTime(width, width, kernel: 1)];
}
