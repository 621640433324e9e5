using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace AVServer.Models.Emotion;

/// <summary>
/// Emotion of an utterance from its sound, its words, or both: a multi-scale convolution and a statistical pooling unit for each
/// modality (MSCNN-SPU), and attention over the words with the pooled sound as query (MSCNN-SPU-ATT); one dense layer to the logits.
/// </summary>
/// <remarks>
/// Peng, Lu, Pan, Liu: "Efficient Speech Emotion Recognition Using Multi-Scale CNN and Attention", ICASSP 2021 (arXiv 2106.04133).
/// What differs: descriptors of the whole utterance, where they are on, are read by one hidden layer and a <see cref="RadialLayer"/> beside the pooled frames; words may
/// bring votes of their own (after Wang and Manning, ACL 2012: what single words tell is hard to beat); the features are normalised inside; each part of the pooled vector has a batch norm before the dense layer; an utterance without words leaves the
/// text's part zero, so that the sound's part alone answers; attention scores are divided by √channels (Vaswani et al.), since its softmax is one-hot otherwise.
/// </remarks>
public sealed class MscnnSpu : Module<Utterances, Tensor>
{
    /// <summary>Frames of the audio kernels.</summary>
    public static readonly IReadOnlyList<int> AudioKernels = [5, 7, 9, 11];

    /// <summary>Words of the text kernels.</summary>
    public static readonly IReadOnlyList<int> TextKernels = [2, 3, 4, 5];

    /// <summary>What a descriptor is cut at, in deviations.</summary>
    public const int DescriptorLimit = 4;

    private readonly Tensor? mean;
    private readonly Tensor? istd;
    private readonly Tensor? descriptorMean;
    private readonly Tensor? descriptorIstd;
    private readonly MultiScaleConvolution? audio;
    private readonly MultiScaleConvolution? text;
    private readonly BatchNorm1d? audioNorm;
    private readonly Linear? descriptorLayer;
    private readonly BatchNorm1d? descriptorNorm;
    private readonly Dropout? descriptorDropout;
    private readonly RadialLayer? radial;
    private readonly BatchNorm1d? textNorm;
    private readonly Tensor? voteWeight;
    private readonly Tensor? toldBias;
    private readonly BatchNorm1d? attentionNorm;
    private readonly Dropout dropout;
    private readonly Linear output;

    public MscnnSpu(MscnnConfig config) : base(nameof(MscnnSpu))
    {
        config.Validate();
        Config = config;
        var pooled = config.Channels * System.Numerics.BitOperations.PopCount((uint)config.Pooling);
        var (heard, described, read) = (0, 0, 0);
        if (config.Audio)
        {
            mean = zeros(config.Features);
            istd = ones(config.Features);
            audio = new MultiScaleConvolution(config.Features, config.Filters, AudioKernels, config.Hop);
            audioNorm = BatchNorm1d(heard = pooled + config.SpeakerDim);
        }
        if (config.Descriptors > 0)
        {
            descriptorMean = zeros(config.Descriptors);
            descriptorIstd = ones(config.Descriptors);
            descriptorLayer = Linear(config.Descriptors, described = config.DescriptorUnits);
            descriptorNorm = BatchNorm1d(described);
            descriptorDropout = Dropout(config.DescriptorDropout);
            if (config.Centres > 0) radial = new RadialLayer(config.Descriptors, config.Centres, config.Width, config.Labels);
        }
        if (config.Text)
        {
            text = new MultiScaleConvolution(config.WordDim, config.Filters, TextKernels, hop: 1);
            textNorm = BatchNorm1d(read = pooled + (config.Swem ? 2 * config.WordDim : 0));
        }
        if (config.WordVotes)
        {
            voteWeight = zeros(1);
            toldBias = zeros(config.Labels);
        }
        if (config.Attention) attentionNorm = BatchNorm1d(pooled);
        dropout = Dropout(config.Dropout);
        output = Linear(heard + described + read + (config.Attention ? pooled : 0), config.Labels);
        RegisterComponents();
    }

    public MscnnConfig Config { get; }

    /// <summary>While it is set, the sound asks for words but says nothing itself and isn't trained: for teaching attention beside a sound that knows its training by heart.</summary>
    public bool OnlyAsks { get; set; }

    /// <summary>Sets the input normalisation, which is part of the model's state: (features − mean) · istd.</summary>
    /// <param name="mean">Mean of each value over the training set, after <see cref="Centre"/>.</param>
    /// <param name="istd">1 ÷ standard deviation of each.</param>
    public void SetNormalisation(ReadOnlySpan<float> mean, ReadOnlySpan<float> istd)
    {
        if (!Config.Audio || mean.Length != Config.Features || istd.Length != Config.Features)
            throw new ArgumentException($"Expected {(Config.Audio ? Config.Features : 0)} means and as many inverse deviations, got {mean.Length} and {istd.Length}.");
        this.mean!.data<float>().CopyFrom(mean);
        this.istd!.data<float>().CopyFrom(istd);
    }

    /// <summary>Sets the normalisation of the descriptors, which is part of the model's state: (descriptors − mean) · istd, within ±<see cref="DescriptorLimit"/>.</summary>
    /// <param name="mean">Mean of each over the training set.</param>
    /// <param name="istd">1 ÷ standard deviation of each.</param>
    public void SetDescriptorNormalisation(ReadOnlySpan<float> mean, ReadOnlySpan<float> istd)
    {
        if (mean.Length != Config.Descriptors || istd.Length != Config.Descriptors)
            throw new ArgumentException($"Expected {Config.Descriptors} means and as many inverse deviations, got {mean.Length} and {istd.Length}.");
        descriptorMean!.data<float>().CopyFrom(mean);
        descriptorIstd!.data<float>().CopyFrom(istd);
    }

    /// <summary>Utterances → logits [B, labels].</summary>
    /// <exception cref="ArgumentException">An input that the model takes is missing.</exception>
    public override Tensor forward(Utterances input)
    {
        using var scope = NewDisposeScope();
        var parts = new List<Tensor>();
        var heard = new List<Tensor>();
        var beside = new List<Tensor>();
        if (audio is not null)
        {
            var (features, frames) = (Given(input.Features, "features"), Given(input.Frames, "frames"));
            var (maps, mask) = audio.call(Normalise(features, frames), frames);
            heard = StatisticalPooling.Pool(maps, mask, Config.Pooling);
            if (OnlyAsks) heard = [.. heard.Select(values => values.detach())];
            var speaker = Config.SpeakerDim > 0 ? [Given(input.Speaker, "an x-vector")] : Array.Empty<Tensor>();
            var norm = audioNorm!.call(cat([.. heard, .. speaker], 1));
            if (descriptorLayer is null)
            {
                parts.Add(norm);
            }
            else
            {
                var normal = NormaliseDescriptors(Given(input.Descriptors, "descriptors"));
                var hidden = functional.relu(descriptorNorm!.call(descriptorLayer.call(descriptorDropout!.call(normal))));
                if (radial is not null) beside.Add(radial.call(normal));
                var (frameShare, descriptorShare) = Branches(norm);
                parts.Add(norm * frameShare);
                parts.Add(hidden * descriptorShare);
            }
        }
        var (heardParts, heardBeside) = (parts.Count, beside.Count);
        if (text is not null)
        {
            var (given, count) = (Given(input.Words, "words"), Given(input.WordCount, "a word count"));
            var words = given.narrow(2, 0, Config.WordDim);
            var (maps, mask) = text.call(words, count);                                            // [B, C, W]
            var told = (count > 0).to_type(words.dtype).unsqueeze(1);                              // [B, 1]
            var swem = Config.Swem ? Swem(words, mask) : [];
            parts.Add(textNorm!.call(cat([.. StatisticalPooling.Pool(maps, mask, Config.Pooling), .. swem], 1)) * told);
            if (Config.Attention) parts.Add(attentionNorm!.call(Attend(heard, maps, mask)) * told);
            if (Config.WordVotes) beside.Add(Vote(given, mask) * told);
        }
        if (OnlyAsks)
        {
            parts = [.. parts.Select((part, i) => i < heardParts ? part * 0 : part)];
            beside.RemoveRange(0, heardBeside);
        }
        return beside.Aggregate(output.call(dropout.call(cat(parts, 1))), (logits, more) => logits + more).MoveToOuterDisposeScope();
    }

    /// <summary>The training's statistics taken from descriptors, and outliers cut: [B, values] → the same.</summary>
    /// <exception cref="InvalidOperationException">It takes no descriptors.</exception>
    public Tensor NormaliseDescriptors(Tensor descriptors)
    {
        if (descriptorMean is null) throw new InvalidOperationException("Expected a network that takes descriptors.");
        using var scope = NewDisposeScope();
        return ((descriptors - descriptorMean) * descriptorIstd!).clamp(-DescriptorLimit, DescriptorLimit).MoveToOuterDisposeScope();
    }

    /// <summary>Divides what it says by a temperature.</summary>
    /// <exception cref="InvalidOperationException">It reads too.</exception>
    public void Cool(double temperature)
    {
        if (Config.Text) throw new InvalidOperationException("Expected a network that only hears.");
        using var mode = no_grad();
        output.weight.div_(temperature);
        output.bias!.div_(temperature);
        radial?.Cool(temperature);
    }

    /// <summary>What compares descriptors with those of examples; null where that is off.</summary>
    public RadialLayer? Radial => radial;

    /// <summary>1 for each example's frames and descriptors, but that training leaves out one of them at times, never both: two of [B, 1].</summary>
    private (Tensor Frames, Tensor Descriptors) Branches(Tensor like)
    {
        if (!training || Config.BranchDropout == 0) return (ones(like.size(0), 1), ones(like.size(0), 1));
        var draw = rand(like.size(0), 1);
        return ((draw >= Config.BranchDropout).to_type(like.dtype), (draw < 1 - Config.BranchDropout).to_type(like.dtype));
    }

    /// <summary>Takes the mean over each utterance's valid frames from the leading values: [B, T, features] → the same.</summary>
    public Tensor Centre(Tensor features, Tensor frames)
    {
        using var scope = NewDisposeScope();
        var valid = StatisticalPooling.Mask(frames, features.size(1), features).unsqueeze(2);      // [B, T, 1]
        var means = (features * valid).sum(1, keepdim: true) / valid.sum(1, keepdim: true).clamp_min(1);
        var kept = (arange(Config.Features, int64) < Config.CentredFeatures).to_type(features.dtype);
        return (features - (means * kept)).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// Lets the words' votes count, which are worth nothing before: the logits become <paramref name="own"/> times what they were and <paramref name="votes"/> times the
    /// votes. What stands for no evidence goes to the words too, so that an utterance without any is as if nothing read.
    /// </summary>
    /// <param name="own">Weight of the convolutions' logits.</param>
    /// <param name="votes">Weight of the votes.</param>
    /// <param name="bias">What the votes' own model adds to their sum, one for each label.</param>
    /// <exception cref="InvalidOperationException">It hears too, or knows no votes.</exception>
    public void WeighVotes(double own, double votes, Tensor bias)
    {
        if (Config.Audio || voteWeight is null) throw new InvalidOperationException("Expected a network that only reads, with votes of words.");
        using var mode = no_grad();
        output.weight.mul_(own);
        toldBias!.copy_((output.bias! * own) + (bias * votes));
        output.bias!.zero_();
        voteWeight.fill_(votes);
    }

    /// <summary>The votes' weight and what goes with them, for an exporter.</summary>
    internal (Tensor? Weight, Tensor? Bias) Votes => (voteWeight, toldBias);

    /// <summary>The layers that read the descriptors, for an exporter.</summary>
    internal (Tensor? Mean, Tensor? Istd, Linear? Layer, BatchNorm1d? Norm) DescriptorLayers => (descriptorMean, descriptorIstd, descriptorLayer, descriptorNorm);

    /// <summary>The layers, for an exporter and for a trainer that joins two models.</summary>
    internal (Tensor? Mean, Tensor? Istd, MultiScaleConvolution? Audio, MultiScaleConvolution? Text, BatchNorm1d? AudioNorm, BatchNorm1d? TextNorm, BatchNorm1d? AttentionNorm, Linear Output) Layers =>
        (mean, istd, audio, text, audioNorm, textNorm, attentionNorm, output);

    private Tensor Normalise(Tensor features, Tensor frames) => (Centre(features, frames) - mean!) * istd!;

    /// <summary>The sum of all words' votes, weighed, and what reading adds in any case: [B, labels].</summary>
    private Tensor Vote(Tensor words, Tensor mask)
    {
        var votes = words.narrow(2, Config.WordDim, Config.Labels) * mask.unsqueeze(2);             // [B, W, labels]
        return (votes.sum(1) * voteWeight!) + toldBias!;
    }

    /// <summary>For each statistic of the sound, the mixture of the words' maps that it asks for: [B, statistics · C].</summary>
    private static Tensor Attend(List<Tensor> queries, Tensor maps, Tensor mask)
    {
        var scale = Math.Sqrt(maps.size(1));
        var absent = (1 - mask) * -1e4;
        return cat([.. queries.Select(query =>
        {
            var shares = ((query.unsqueeze(1).matmul(maps).squeeze(1) / scale) + absent).softmax(1); // [B, W]
            return maps.matmul(shares.unsqueeze(2)).squeeze(2);                                     // [B, C]
        })], 1);
    }

    /// <summary>Maximum and mean of the word vectors (Shen et al., arXiv 1805.09843): two of [B, dim].</summary>
    private static Tensor[] Swem(Tensor words, Tensor mask)
    {
        var valid = mask.unsqueeze(2);                                                             // [B, W, 1]
        var told = words * valid;
        var largest = (told + ((1 - valid) * -1e4)).amax([1]) * valid.amax([1]);
        return [largest, told.sum(1) / valid.sum(1).clamp_min(1)];
    }

    private static Tensor Given(Tensor? tensor, string name) => tensor ?? throw new ArgumentException($"Expected {name}, got nothing.");
}
