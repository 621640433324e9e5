using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace AVServer.Networks.Flcma;

/// <summary>
/// A block of the audio-visual encoder: a block for each modality, each with its own weights, and the cross-modal attention
/// that both share after their first half-step feed-forward.
/// </summary>
public sealed class FlcmaBlock : Module<Tensor, Tensor, (Tensor audio, Tensor video)>
{
    private readonly ConformerBlock audio;
    private readonly ConformerBlock video;
    private readonly FrameLevelCrossModalAttention crossModal;

    internal FlcmaBlock(FlcmaConfig config) : base(nameof(FlcmaBlock))
    {
        audio = new ConformerBlock(config);
        video = new ConformerBlock(config);
        crossModal = new FrameLevelCrossModalAttention(config);
        RegisterComponents();
    }

    public override (Tensor audio, Tensor video) forward(Tensor audioTokens, Tensor videoTokens) =>
        TorchValue.Run(Compute, audioTokens, videoTokens);

    internal (Value Audio, Value Video) Compute(Value audioTokens, Value videoTokens)
    {
        var (heard, seen) = crossModal.Compute(audio.Enter(audioTokens), video.Enter(videoTokens));
        return (audio.Leave(heard), video.Leave(seen));
    }

    /// <summary>The parts for weights that were learnt alone.</summary>
    internal (ConformerBlock Audio, ConformerBlock Video) Layers => (audio, video);
}
