using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace AVServer.Networks.Flcma;

/// <summary>
/// Audio front end: fbank [B, frames, mels] → tokens [B, frames / 4, dim]. The mean of each mel value over the window is taken
/// away; then two 2-D convolutions with stride 2 over time and mel, and a linear layer.
/// </summary>
/// <remarks>After arXiv 2403.01700; kernel 3 and the padding that halves exactly are our reading.</remarks>
public sealed class AudioSubsampler : Layer
{
    private readonly Conv2d conv1;
    private readonly Conv2d conv2;
    private readonly Linear project;

    internal AudioSubsampler(FlcmaConfig config) : base(nameof(AudioSubsampler))
    {
        conv1 = Conv2d(1, config.SubsamplingChannels, kernel_size: 3, stride: 2, padding: 1);
        conv2 = Conv2d(config.SubsamplingChannels, config.SubsamplingChannels, kernel_size: 3, stride: 2, padding: 1);
        project = Linear(config.SubsamplingChannels * ((config.Mels + 3) / 4), config.Dim);
        RegisterComponents();
    }

    public override Value Compute(Value fbank)
    {
        var centred = (fbank - fbank.Mean(keep: true, 1)).Unsqueeze(1);                  // [B, 1, frames, mels]
        var x = centred.Apply(conv1).Relu().Apply(conv2).Relu();                         // [B, channels, T, mels / 4]
        return x.Transpose(1, 2).Reshape(0, 0, project.weight.size(1)).Apply(project);   // [B, T, D]
    }
}
