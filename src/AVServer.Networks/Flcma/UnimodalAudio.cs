using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace AVServer.Networks.Flcma;

/// <summary>
/// The audio half of an <see cref="FlcmaConformer"/> as a model of its own, fbank [B, audio frames, mels] → logits [B]: trained
/// first, then taken over by <see cref="FlcmaConformer.StartFrom"/>; and what the audio-visual model is compared with.
/// </summary>
public sealed class UnimodalAudio : Layer
{
    private readonly AudioSubsampler subsampler;
    private readonly Positions positions;
    private readonly ModuleList<ConformerBlock> blocks;
    private readonly WindowClassifier classifier;

    public UnimodalAudio(FlcmaConfig config) : base(nameof(UnimodalAudio))
    {
        config.Validate();
        Config = config;
        subsampler = new AudioSubsampler(config);
        positions = new Positions(config);
        blocks = ModuleList([.. Enumerable.Range(0, config.Blocks).Select(_ => new ConformerBlock(config))]);
        classifier = new WindowClassifier(config);
        RegisterComponents();
    }

    public FlcmaConfig Config { get; }

    public override Value Compute(Value fbank) => Encode(fbank).Apply(classifier);

    /// <summary>Encoded tokens [B, T, D].</summary>
    internal Tensor encode(Tensor fbank) => TorchValue.Run(Encode, fbank);

    private Value Encode(Value fbank) => blocks.Aggregate(fbank.Apply(subsampler).Apply(positions), (tokens, block) => tokens.Apply(block));

    /// <summary>The parts that an audio-visual model takes over.</summary>
    internal (AudioSubsampler Subsampler, ModuleList<ConformerBlock> Blocks) Layers => (subsampler, blocks);
}
