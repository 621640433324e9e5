using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace AVServer.Networks.Flcma;

/// <summary>
/// Audio-visual wake word network: fbank and lip features of one window of 2.56 s, and which of the two there is → logit that
/// the wake word was said in it. One token of each modality every 40 ms.
/// </summary>
/// <remarks>
/// Wang, Cheng, Fu, Li: "Robust Wake Word Spotting with Frame-Level Cross-Modal Attention Based Audio-Visual Conformer",
/// ICASSP 2024 (arXiv 2403.01700). What differs: the lip encoder is a model of its own (<see cref="LipEncoder"/>), so that a
/// video frame is encoded once whatever windows it stands in; and an absent modality's tokens are a learnt vector, so that one
/// model serves audio alone, video alone and both.
/// </remarks>
public sealed class FlcmaConformer : Module<Tensor, Tensor, Tensor, Tensor>
{
    private readonly AudioSubsampler subsampler;
    private readonly LipNormalisation lipNormalisation;
    private readonly Linear lipProjection;
    private readonly Parameter absentAudio;
    private readonly Parameter absentVideo;
    private readonly Positions positions;
    private readonly ModuleList<FlcmaBlock> blocks;
    private readonly ConvolutionFusion fusion;
    private readonly WindowClassifier classifier;

    public FlcmaConformer(FlcmaConfig config) : base(nameof(FlcmaConformer))
    {
        config.Validate();
        Config = config;
        subsampler = new AudioSubsampler(config);
        lipNormalisation = new LipNormalisation(config);
        lipProjection = Linear(config.LipValues, config.Dim);
        absentAudio = Parameter(init.normal_(empty(config.Dim), std: 0.1));
        absentVideo = Parameter(init.normal_(empty(config.Dim), std: 0.1));
        positions = new Positions(config);
        blocks = ModuleList([.. Enumerable.Range(0, config.Blocks).Select(_ => new FlcmaBlock(config))]);
        fusion = new ConvolutionFusion();
        classifier = new WindowClassifier(config);
        RegisterComponents();
    }

    public FlcmaConfig Config { get; }

    /// <summary>Windows → logits [B].</summary>
    /// <param name="fbank">Natural-log mel energies [B, audio frames, mels]; anything where there is no audio.</param>
    /// <param name="lips">Features of a <see cref="LipEncoder"/>, then measures, [B, video frames, <see cref="FlcmaConfig.LipValues"/>];
    /// anything where there is no video.</param>
    /// <param name="presence">[B, 2], 1 where there is audio and video, 0 where not.</param>
    public override Tensor forward(Tensor fbank, Tensor lips, Tensor presence)
    {
        using var scope = NewDisposeScope();
        return TorchValue.Of(Compute(TorchValue.From(fbank), TorchValue.From(lips), TorchValue.From(presence))).MoveToOuterDisposeScope();
    }

    /// <summary>Windows → the encoded tokens of both modalities, [B, T, D].</summary>
    internal (Tensor audio, Tensor video) encode(Tensor fbank, Tensor lips, Tensor presence)
    {
        using var scope = NewDisposeScope();
        var (audio, video) = Encode(TorchValue.From(fbank), TorchValue.From(lips), TorchValue.From(presence));
        return (TorchValue.Of(audio).MoveToOuterDisposeScope(), TorchValue.Of(video).MoveToOuterDisposeScope());
    }

    internal Value Compute(Value fbank, Value lips, Value presence)
    {
        var (audio, video) = Encode(fbank, lips, presence);
        return fusion.Compute(audio, video).Apply(classifier);
    }

    private (Value Audio, Value Video) Encode(Value fbank, Value lips, Value presence)
    {
        var heard = presence.Narrow(1, 0, 1).Unsqueeze(2).IsAbove(0.5);                   // [B, 1, 1]
        var seen = presence.Narrow(1, 1, 1).Unsqueeze(2).IsAbove(0.5);
        var audio = heard.Choose(fbank.Apply(subsampler), fbank.Constant(absentAudio)).Apply(positions); // [B, T, D]
        var video = seen.Choose(lips.Apply(lipNormalisation).Apply(lipProjection), lips.Constant(absentVideo)).Apply(positions);
        foreach (var block in blocks) (audio, video) = block.Compute(audio, video);
        return (audio, video);
    }

    /// <summary>
    /// Starts from models that were trained alone: takes over the front end and the blocks of each. Cross-modal attention,
    /// fusion and classifier stay as they are; as long as the attention is new it adds nothing, so each modality is encoded as
    /// its own model would.
    /// </summary>
    /// <exception cref="ArgumentException">A model's size isn't this one's; only the dropout may differ.</exception>
    public void StartFrom(UnimodalAudio audio, UnimodalVisual visual)
    {
        if (audio.Config with { Dropout = Config.Dropout } != Config || visual.Config with { Dropout = Config.Dropout } != Config)
            throw new ArgumentException($"Expected models of the size {Config}, got {audio.Config} and {visual.Config}.");
        subsampler.load_state_dict(audio.Layers.Subsampler.state_dict());
        lipProjection.load_state_dict(visual.Layers.Projection.state_dict());
        for (var i = 0; i < blocks.Count; i++)
        {
            blocks[i].Layers.Audio.load_state_dict(audio.Layers.Blocks[i].state_dict());
            blocks[i].Layers.Video.load_state_dict(visual.Layers.Blocks[i].state_dict());
        }
    }
}
