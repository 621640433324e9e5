using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace AVServer.Networks.Emotion;

/// <summary>Size of a <see cref="SpeakerHead"/>.</summary>
/// <param name="Values">Values that describe an utterance.</param>
/// <param name="Labels">Emotions.</param>
/// <param name="PriorSeconds">So many seconds of a speaker's speech weigh as much as what is known of people in general.</param>
/// <param name="MaxWords">Words of the longest transcript.</param>
/// <param name="WordBound">What words may add to a label's logit or take from it at most; 0: it doesn't read.</param>
public sealed record SpeakerHeadConfig(int Values = 416, int Labels = 4, double PriorSeconds = 10, int MaxWords = 128, double WordBound = 0)
{
    /// <summary>Whether words count.</summary>
    public bool Reads => WordBound > 0;
}

/// <summary>
/// Judges an utterance's description by how it differs from what the same speaker said before: a normalisation that begins with the mean
/// and deviation of people in general and moves to the speaker's own as he is heard, then one dense layer. Words may vote beside it, within
/// a bound.
/// </summary>
/// <remarks>
/// With x, m, v in units of the people (their mean 0, their deviation 1), s seconds heard, k = PriorSeconds: μ = s·m ÷ (s + k),
/// σ² = (s·(v + (m − μ)²) + k) ÷ (s + k), logits = W·(x − μ) ÷ σ + b + bound · tanh(votes − their mean over the labels).
/// The dense layer is fitted elsewhere and set by <see cref="Set"/>. The words' part has no weights: their table was learnt from texts
/// alone.
/// </remarks>
public sealed class SpeakerHead : Module<Tensor, Tensor, Tensor>, INetwork
{
    private readonly Tensor mean;
    private readonly Tensor istd;
    private readonly Tensor weight;
    private readonly Tensor bias;

    public SpeakerHead(SpeakerHeadConfig config) : base(nameof(SpeakerHead))
    {
        ArgumentNullException.ThrowIfNull(config);
        Config = config;
        mean = zeros(config.Values);
        istd = ones(config.Values);
        weight = zeros(config.Labels, config.Values);
        bias = zeros(config.Labels);
        RegisterComponents();
    }

    /// <summary>Its size.</summary>
    public SpeakerHeadConfig Config { get; }

    /// <summary>The people's mean and 1 ÷ deviation [values], weights [labels, values] and biases [labels], for an exporter.</summary>
    internal (Tensor Mean, Tensor Istd, Tensor Weight, Tensor Bias) Layers => (mean, istd, weight, bias);

    /// <summary>Mean and 1 ÷ deviation of people in general, [values] each.</summary>
    internal (Tensor Mean, Tensor Istd) People => (mean, istd);

    /// <summary>Sets what was fitted.</summary>
    /// <param name="people">Mean and 1 ÷ deviation of each value over people in general.</param>
    /// <param name="weights">Weights [labels, values], row after row.</param>
    /// <param name="biases">Biases [labels].</param>
    public void Set((float[] Mean, float[] Istd) people, float[] weights, float[] biases)
    {
        using var mode = no_grad();
        mean.copy_(tensor(people.Mean));
        istd.copy_(tensor(people.Istd));
        weight.copy_(tensor(weights).view(Config.Labels, Config.Values));
        bias.copy_(tensor(biases));
    }

    public IReadOnlyList<NetworkInput> Inputs => [
        new("descriptors", [-1, Config.Values]),
        new("speaker", [-1, (2 * Config.Values) + 1]),
        .. Config.Reads ? new NetworkInput[] { new("words", [-1, Config.MaxWords, Config.Labels]),
            new("wordCount", [-1], IsWhole: true) } : [],
    ];

    public IReadOnlyList<string> Outputs => ["logits"];

    public IReadOnlyList<Value> Serve(IReadOnlyList<Value> inputs)
    {
        var heard = Compute(inputs[0], inputs[1]);
        // Rows of words behind the last are zeros, which vote for nothing.
        return [Config.Reads ? heard + (Bound(inputs[2]) * inputs[3].Real(heard).Clamp(0, 1).Unsqueeze(1)) : heard];
    }

    /// <summary>
    /// Descriptions [B, values] and what was heard of the speakers before [B, 2 · values + 1] → logits [B, labels], without words.
    /// </summary>
    public override Tensor forward(Tensor descriptors, Tensor speaker) => TorchValue.Run(Compute, descriptors, speaker);

    /// <summary>The same with words.</summary>
    /// <param name="descriptors">Descriptions [B, values].</param>
    /// <param name="speaker">Means, variances, seconds [B, 2 · values + 1].</param>
    /// <param name="votes">Each word's votes [B, W, labels], zeros behind the last.</param>
    public Tensor Judge(Tensor descriptors, Tensor speaker, Tensor votes)
    {
        using var scope = NewDisposeScope();
        return (forward(descriptors, speaker) + TorchValue.Run(Bound, votes)).MoveToOuterDisposeScope();
    }

    /// <summary>Descriptions as the dense layer takes them [B, values].</summary>
    public Tensor Normalise(Tensor descriptors, Tensor speaker) => TorchValue.Run(Normalise, descriptors, speaker);

    private Value Compute(Value descriptors, Value speaker) => Normalise(descriptors, speaker).Linear(weight, bias);

    private Value Normalise(Value descriptors, Value speaker)
    {
        var seconds = speaker.Narrow(1, 2 * Config.Values, 1);
        var trust = seconds / (seconds + Config.PriorSeconds);                                     // [B, 1]
        var own = (speaker.Narrow(1, 0, Config.Values) - mean) * istd;                             // [B, values]
        var centre = own * trust;
        var away = own - centre;
        var variance = ((speaker.Narrow(1, Config.Values, Config.Values) * istd * istd) + (away * away)) * trust + (1 - trust);
        return (((descriptors - mean) * istd) - centre) / variance.Sqrt();
    }

    /// <summary>What words add to the logits, within their bound: [B, W, labels] → [B, labels].</summary>
    private Value Bound(Value votes)
    {
        var sum = votes.Sum(keep: false, 1);
        return (sum - sum.Mean(keep: true, 1)).Tanh() * Config.WordBound;
    }
}
