using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace AVServer.Networks.Flcma;

/// <summary>
/// The visual half of an <see cref="FlcmaConformer"/> with its <see cref="LipEncoder"/> as a model of its own, lip pictures
/// [B, C, video frames + 4, S, S] and measures [B, video frames, M] → logits [B]: trained first, then taken over by
/// <see cref="FlcmaConformer.StartFrom"/>, which goes on with <see cref="Encoder"/>; and what the audio-visual model is compared with.
/// </summary>
public sealed class UnimodalVisual : Module<Tensor, Tensor, Tensor>
{
    private readonly LipEncoder encoder;
    private readonly LipNormalisation normalisation;
    private readonly Linear projection;
    private readonly Positions positions;
    private readonly ModuleList<ConformerBlock> blocks;
    private readonly WindowClassifier classifier;

    public UnimodalVisual(FlcmaConfig config) : base(nameof(UnimodalVisual))
    {
        config.Validate();
        Config = config;
        encoder = new LipEncoder(config);
        normalisation = new LipNormalisation(config);
        projection = Linear(config.LipValues, config.Dim);
        positions = new Positions(config);
        blocks = ModuleList([.. Enumerable.Range(0, config.Blocks).Select(_ => new ConformerBlock(config))]);
        classifier = new WindowClassifier(config);
        RegisterComponents();
    }

    public FlcmaConfig Config { get; }

    /// <summary>The lip encoder that is trained here.</summary>
    public LipEncoder Encoder => encoder;

    public override Tensor forward(Tensor pictures, Tensor measures) =>
        TorchValue.Run((seen, measured) => Classify(seen.Apply(encoder).Concat(2, measured)), pictures, measures);

    /// <summary>
    /// Lip features that were encoded before, and measures, [B, video frames, <see cref="FlcmaConfig.LipValues"/>] → logits [B].
    /// </summary>
    public Tensor classify(Tensor lips) => TorchValue.Run(Classify, lips);

    /// <summary>Lip features and measures → encoded tokens [B, T, D].</summary>
    internal Tensor encode(Tensor lips) => TorchValue.Run(Encode, lips);

    private Value Classify(Value lips) => Encode(lips).Apply(classifier);

    private Value Encode(Value lips) =>
        blocks.Aggregate(lips.Apply(normalisation).Apply(projection).Apply(positions), (tokens, block) => tokens.Apply(block));

    /// <summary>The parts that an audio-visual model takes over.</summary>
    internal (Linear Projection, ModuleList<ConformerBlock> Blocks) Layers => (projection, blocks);
}
