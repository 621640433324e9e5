using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace AVServer.Networks.Flcma;

/// <summary>
/// FLCMA: at each moment, the audio token and the video token attend to each other and to themselves; the weights are those of
/// all moments. Audio and video [B, T, D] → what attention adds to each.
/// </summary>
/// <remarks>
/// Wang et al., arXiv 2403.01700: self-attention over the axis of modalities. LN before it is our reading, as in every other
/// module of the block. It starts by adding nothing (its last layer is zero), so that a model made of uni-modal ones begins
/// with what they had learnt; our choice.
/// </remarks>
public sealed class FrameLevelCrossModalAttention : Module<Tensor, Tensor, (Tensor audio, Tensor video)>
{
    private readonly SelfAttentionModule attention;

    internal FrameLevelCrossModalAttention(FlcmaConfig config) : base(nameof(FrameLevelCrossModalAttention))
    {
        attention = new SelfAttentionModule(config.Dim, config.Heads, config.Dropout);
        init.zeros_(attention.get_parameter("attention.out_proj.weight")!);
        RegisterComponents();
    }

    /// <summary>Adds to each modality's tokens what it takes from both.</summary>
    public override (Tensor audio, Tensor video) forward(Tensor audio, Tensor video) => TorchValue.Run(Compute, audio, video);

    internal (Value Audio, Value Video) Compute(Value audio, Value video)
    {
        var (tokens, dim) = (audio.Length(1), audio.Length(2));
        var moments = audio.Reshape(-1, dim).Stack(0, video.Reshape(-1, dim));            // [2, B·T, D]
        var attended = (moments + moments.Apply(attention)).Reshape(2, -1, tokens, dim);  // [2, B, T, D]
        return (attended.Narrow(0, 0, 1).Squeeze(0), attended.Narrow(0, 1, 1).Squeeze(0));
    }
}
