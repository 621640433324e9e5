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
/// What differs: descriptors of the whole utterance, where they are on, are read by one hidden layer beside the pooled frames; the features are normalised inside; each part of the pooled vector has a batch norm before the dense layer; an utterance without words leaves the
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
    private readonly BatchNorm1d? textNorm;
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
        }
        if (config.Text)
        {
            text = new MultiScaleConvolution(config.WordDim, config.Filters, TextKernels, hop: 1);
            textNorm = BatchNorm1d(read = pooled + (config.Swem ? 2 * config.WordDim : 0));
        }
        if (config.Attention) attentionNorm = BatchNorm1d(pooled);
        dropout = Dropout(config.Dropout);
        output = Linear(heard + described + read + (config.Attention ? pooled : 0), config.Labels);
        RegisterComponents();
    }

    public MscnnConfig Config { get; }

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
        if (audio is not null)
        {
            var (features, frames) = (Given(input.Features, "features"), Given(input.Frames, "frames"));
            var (maps, mask) = audio.call(Normalise(features, frames), frames);
            heard = StatisticalPooling.Pool(maps, mask, Config.Pooling);
            var beside = Config.SpeakerDim > 0 ? [Given(input.Speaker, "an x-vector")] : Array.Empty<Tensor>();
            var norm = audioNorm!.call(cat([.. heard, .. beside], 1));
            if (descriptorLayer is null)
            {
                parts.Add(norm);
            }
            else
            {
                var hidden = Read(Given(input.Descriptors, "descriptors"));
                var (frameShare, descriptorShare) = Branches(norm);
                parts.Add(norm * frameShare);
                parts.Add(hidden * descriptorShare);
            }
        }
        if (text is not null)
        {
            var (words, count) = (Given(input.Words, "words"), Given(input.WordCount, "a word count"));
            var (maps, mask) = text.call(words, count);                                            // [B, C, W]
            var told = (count > 0).to_type(words.dtype).unsqueeze(1);                              // [B, 1]
            var beside = Config.Swem ? Swem(words, mask) : [];
            parts.Add(textNorm!.call(cat([.. StatisticalPooling.Pool(maps, mask, Config.Pooling), .. beside], 1)) * told);
            if (Config.Attention) parts.Add(attentionNorm!.call(Attend(heard, maps, mask)) * told);
        }
        return output.call(dropout.call(cat(parts, 1))).MoveToOuterDisposeScope();
    }

    private Tensor Read(Tensor descriptors)
    {
        var normal = ((descriptors - descriptorMean!) * descriptorIstd!).clamp(-DescriptorLimit, DescriptorLimit);
        return functional.relu(descriptorNorm!.call(descriptorLayer!.call(descriptorDropout!.call(normal))));
    }

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

    /// <summary>The layers that read the descriptors, for an exporter.</summary>
    internal (Tensor? Mean, Tensor? Istd, Linear? Layer, BatchNorm1d? Norm) DescriptorLayers => (descriptorMean, descriptorIstd, descriptorLayer, descriptorNorm);

    /// <summary>The layers, for an exporter and for a trainer that joins two models.</summary>
    internal (Tensor? Mean, Tensor? Istd, MultiScaleConvolution? Audio, MultiScaleConvolution? Text, BatchNorm1d? AudioNorm, BatchNorm1d? TextNorm, BatchNorm1d? AttentionNorm, Linear Output) Layers =>
        (mean, istd, audio, text, audioNorm, textNorm, attentionNorm, output);

    private Tensor Normalise(Tensor features, Tensor frames) => (Centre(features, frames) - mean!) * istd!;

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
