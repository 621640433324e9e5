using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace AVServer.Networks.Emotion;

/// <summary>
/// Emotion of an utterance from its sound, its words, or both: a multi-scale convolution and a statistical pooling unit for each
/// modality (MSCNN-SPU), and attention over the words with the pooled sound as query (MSCNN-SPU-ATT); one dense layer to the logits.
/// </summary>
/// <remarks>
/// Peng, Lu, Pan, Liu: "Efficient Speech Emotion Recognition Using Multi-Scale CNN and Attention", ICASSP 2021 (arXiv 2106.04133).
/// What differs: descriptors of the whole utterance, where they are on, are read by one hidden layer and a <see cref="RadialLayer"/> beside
/// the pooled frames; words may bring votes of their own (after Wang and Manning, ACL 2012: what single words tell is hard to beat); the
/// features are normalised inside; each part of the pooled vector has a batch norm before the dense layer; an utterance without words
/// leaves the text's part zero, so that the sound's part alone answers; attention scores are divided by √channels (Vaswani et al.), since
/// its softmax is one-hot otherwise.
/// </remarks>
public sealed class MscnnSpu : Module<Utterances, Tensor>, INetwork
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

    /// <summary>
    /// While it is set, the sound asks for words but says nothing itself and isn't trained: for teaching attention beside a sound that
    /// knows its training by heart.
    /// </summary>
    public bool OnlyAsks { get; set; }

    /// <summary>Sets the input normalisation, which is part of the model's state: (features − mean) · istd.</summary>
    /// <param name="mean">Mean of each value over the training set, after <see cref="Centre(Tensor, Tensor)"/>.</param>
    /// <param name="istd">1 ÷ standard deviation of each.</param>
    public void SetNormalisation(ReadOnlySpan<float> mean, ReadOnlySpan<float> istd)
    {
        if (!Config.Audio || mean.Length != Config.Features || istd.Length != Config.Features)
            throw new ArgumentException(
                $"Expected {(Config.Audio ? Config.Features : 0)} means and as many inverse deviations, got {mean.Length} and "
                + $"{istd.Length}.");
        this.mean!.data<float>().CopyFrom(mean);
        this.istd!.data<float>().CopyFrom(istd);
    }

    /// <summary>
    /// Sets the normalisation of the descriptors, which is part of the model's state: (descriptors − mean) · istd, within
    /// ±<see cref="DescriptorLimit"/>.
    /// </summary>
    /// <param name="mean">Mean of each over the training set.</param>
    /// <param name="istd">1 ÷ standard deviation of each.</param>
    public void SetDescriptorNormalisation(ReadOnlySpan<float> mean, ReadOnlySpan<float> istd)
    {
        if (mean.Length != Config.Descriptors || istd.Length != Config.Descriptors)
            throw new ArgumentException(
                $"Expected {Config.Descriptors} means and as many inverse deviations, got {mean.Length} and {istd.Length}.");
        descriptorMean!.data<float>().CopyFrom(mean);
        descriptorIstd!.data<float>().CopyFrom(istd);
    }

    /// <summary>Utterances → logits [B, labels].</summary>
    /// <exception cref="ArgumentException">An input that the model takes is missing.</exception>
    public override Tensor forward(Utterances input)
    {
        using var scope = NewDisposeScope();
        static Value? Value(Tensor? tensor) => tensor is null ? null : TorchValue.From(tensor);
        var given = new Given(
            Value(input.Features), Value(input.Frames), Value(input.Descriptors), Value(input.Words), Value(input.WordCount),
                Value(input.Speaker));
        return TorchValue.Of(Compute(given)).MoveToOuterDisposeScope();
    }

    public IReadOnlyList<NetworkInput> Inputs
    {
        get
        {
            NetworkInput[] sound = [new("features", [-1, -1, Config.Features]), new("frames", [-1], IsWhole: true)];
            NetworkInput[] text = [new("words", [-1, MaxWords, Config.WordInputs]), new("wordCount", [-1], IsWhole: true)];
            return [
                .. Config.Audio ? sound : [],
                .. Config.Descriptors > 0 ? [new NetworkInput("descriptors", [-1, Config.Descriptors])] : Array.Empty<NetworkInput>(),
                .. Config.Text ? text : [],
                .. Config.SpeakerDim > 0 ? [new NetworkInput("speaker", [-1, Config.SpeakerDim])] : Array.Empty<NetworkInput>(),
            ];
        }
    }

    public IReadOnlyList<string> Outputs => ["logits"];

    /// <summary>Rows of its words where it serves.</summary>
    internal int MaxWords { get; set; } = 128;

    public IReadOnlyList<Value> Serve(IReadOnlyList<Value> inputs)
    {
        var rest = new Queue<Value>(inputs);
        Value? Next(bool takes) => takes ? rest.Dequeue() : null;
        return [Compute(new Given(
            Next(Config.Audio), Next(Config.Audio), Next(Config.Descriptors > 0), Next(Config.Text), Next(Config.Text),
                Next(Config.SpeakerDim > 0)))];
    }

    private Value Compute(Given input)
    {
        var parts = new List<Value>();
        var heard = new List<Value>();
        var beside = new List<Value>();
        if (audio is not null)
        {
            var (features, frames) = (Need(input.Features, "features"), Need(input.Frames, "frames"));
            var (maps, mask) = audio.Compute((Centre(features, frames) - mean!) * istd!, frames);  // [B, C, T']
            heard = StatisticalPooling.Pool(maps, mask, Config.Pooling);
            if (OnlyAsks) heard = [.. heard.Select(values => values.Detach())];
            Value[] speaker = Config.SpeakerDim > 0 ? [Need(input.Speaker, "an x-vector")] : [];
            parts.Add(heard[0].Concat(1, [.. heard[1..], .. speaker]).Apply(audioNorm!));
            if (descriptorLayer is not null)
            {
                var normal = NormaliseDescriptors(Need(input.Descriptors, "descriptors"));
                parts.Add(normal.Apply(descriptorDropout!).Apply(descriptorLayer).Apply(descriptorNorm!).Relu());
                if (radial is not null) beside.Add(normal.Apply(radial));
                LeaveOutBranches(parts);
            }
        }

        var (heardParts, heardBeside) = (parts.Count, beside.Count);
        if (text is not null)
        {
            var (given, count) = (Need(input.Words, "words"), Need(input.WordCount, "a word count"));
            var words = given.Narrow(2, 0, Config.WordDim);
            var (maps, mask) = text.Compute(words, count);                                         // [B, C, W]
            var told = count.Real(words).Clamp(0, 1).Unsqueeze(1);                                 // [B, 1]
            Value[] swem = Config.Swem ? Swem(words, mask) : [];
            var pooled = StatisticalPooling.Pool(maps, mask, Config.Pooling);
            parts.Add(pooled[0].Concat(1, [.. pooled[1..], .. swem]).Apply(textNorm!) * told);
            if (Config.Attention) parts.Add(Attend(heard, maps, mask).Apply(attentionNorm!) * told);
            if (Config.WordVotes) beside.Add(Vote(given, mask) * told);
        }

        if (OnlyAsks)
        {
            parts = [.. parts.Select((part, i) => i < heardParts ? part * 0 : part)];
            beside.RemoveRange(0, heardBeside);
        }

        return beside.Aggregate(parts[0].Concat(1, [.. parts[1..]]).Apply(dropout).Apply(output), (logits, more) => logits + more);
    }

    /// <summary>The training's statistics taken from descriptors, and outliers cut: [B, values] → the same.</summary>
    /// <exception cref="InvalidOperationException">It takes no descriptors.</exception>
    public Tensor NormaliseDescriptors(Tensor descriptors) => TorchValue.Run(NormaliseDescriptors, descriptors);

    private Value NormaliseDescriptors(Value descriptors) => descriptorMean is null
        ? throw new InvalidOperationException("Expected a network that takes descriptors.")
        : ((descriptors - descriptorMean) * descriptorIstd!).Clamp(-DescriptorLimit, DescriptorLimit);

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

    /// <summary>In training some examples lose their frames and some their descriptors, none both.</summary>
    private void LeaveOutBranches(List<Value> parts)
    {
        if (!training || Config.BranchDropout == 0) return;
        var draw = default(Tensor);
        parts[0] = parts[0].InTraining(
            this, frames => frames * ((draw = rand(frames.size(0), 1)) >= Config.BranchDropout).to_type(frames.dtype));
        parts[1] = parts[1].InTraining(this, descriptors => descriptors * (draw! < 1 - Config.BranchDropout).to_type(descriptors.dtype));
    }

    /// <summary>Takes the mean over each utterance's valid frames from the leading values: [B, T, features] → the same.</summary>
    public Tensor Centre(Tensor features, Tensor frames) => TorchValue.Run(Centre, features, frames);

    private Value Centre(Value features, Value frames)
    {
        var valid = features.Within(frames, 1).Unsqueeze(2);                                       // [B, T, 1]
        var means = (features * valid).Sum(keep: true, 1) / StatisticalPooling.Count(valid, keep: true);
        return features - (means * (arange(Config.Features, int64) < Config.CentredFeatures).to_type(float32));
    }

    /// <summary>
    /// Lets the words' votes count, which are worth nothing before: the logits become <paramref name="own"/> times what they were and
    /// <paramref name="votes"/> times the votes. What stands for no evidence goes to the words too, so that an utterance without any is as
    /// if nothing read.
    /// </summary>
    /// <param name="own">Weight of the convolutions' logits.</param>
    /// <param name="votes">Weight of the votes.</param>
    /// <param name="bias">What the votes' own model adds to their sum, one for each label.</param>
    /// <exception cref="InvalidOperationException">It hears too, or knows no votes.</exception>
    public void WeighVotes(double own, double votes, Tensor bias)
    {
        if (Config.Audio || voteWeight is null)
            throw new InvalidOperationException("Expected a network that only reads, with votes of words.");
        using var mode = no_grad();
        output.weight.mul_(own);
        toldBias!.copy_((output.bias! * own) + (bias * votes));
        output.bias!.zero_();
        voteWeight.fill_(votes);
    }

    /// <summary>The layers that read the descriptors.</summary>
    internal (Tensor? Mean, Tensor? Istd, Linear? Layer, BatchNorm1d? Norm) DescriptorLayers =>
        (descriptorMean, descriptorIstd, descriptorLayer, descriptorNorm);

    /// <summary>The layers, for a trainer that joins two models.</summary>
    internal (Tensor? Mean, Tensor? Istd, MultiScaleConvolution? Audio, MultiScaleConvolution? Text, BatchNorm1d? AudioNorm,
        BatchNorm1d? TextNorm, BatchNorm1d? AttentionNorm, Linear Output) Layers =>
        (mean, istd, audio, text, audioNorm, textNorm, attentionNorm, output);

    /// <summary>The sum of all words' votes, weighed, and what reading adds in any case: [B, labels].</summary>
    private Value Vote(Value words, Value mask)
    {
        var votes = words.Narrow(2, Config.WordDim, Config.Labels) * mask.Unsqueeze(2);            // [B, W, labels]
        return (votes.Sum(keep: false, 1) * voteWeight!) + toldBias!;
    }

    /// <summary>For each statistic of the sound, the mixture of the words' maps that it asks for: [B, statistics · C].</summary>
    private static Value Attend(List<Value> queries, Value maps, Value mask)
    {
        var scale = Math.Sqrt(maps.Length(1));
        var absent = (1 - mask) * -1e4;
        Value[] mixed = [.. queries.Select(query =>
        {
            var shares = ((query.Unsqueeze(1).MatMul(maps).Squeeze(1) / scale) + absent).Softmax(1); // [B, W]
            return maps.MatMul(shares.Unsqueeze(2)).Squeeze(2);                                     // [B, C]
        })];
        return mixed[0].Concat(1, mixed.AsSpan(1));
    }

    /// <summary>Maximum and mean of the word vectors (Shen et al., arXiv 1805.09843): two of [B, dim].</summary>
    private static Value[] Swem(Value words, Value mask)
    {
        var valid = mask.Unsqueeze(2);                                                             // [B, W, 1]
        var told = words * valid;
        var largest = (told + ((1 - valid) * -1e4)).Max(keep: false, 1) * valid.Max(keep: false, 1);
        return [largest, told.Sum(keep: false, 1) / StatisticalPooling.Count(valid, keep: false)];
    }

    private static Value Need(Value? value, string name) => value ?? throw new ArgumentException($"Expected {name}, got nothing.");

    /// <summary>What it is given, those of them that it takes.</summary>
    private readonly record struct Given(
        Value? Features, Value? Frames, Value? Descriptors, Value? Words, Value? WordCount, Value? Speaker);
}
