using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace AVServer.Models.Flcma;

/// <summary>
/// Audio front end: fbank [B, frames, mels] → tokens [B, frames / 4, dim]. The mean of each mel value over the window is taken
/// away; then two 2-D convolutions with stride 2 over time and mel, and a linear layer.
/// </summary>
/// <remarks>After arXiv 2403.01700; kernel 3 and the padding that halves exactly are our reading.</remarks>
public sealed class AudioSubsampler : Module<Tensor, Tensor>
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

    public override Tensor forward(Tensor fbank)
    {
        using var scope = NewDisposeScope();
        var centred = (fbank - fbank.mean([1], keepdim: true)).unsqueeze(1);             // [B, 1, frames, mels]
        var x = functional.relu(conv2.call(functional.relu(conv1.call(centred))));       // [B, channels, T, mels / 4]
        return project.call(x.transpose(1, 2).flatten(2)).MoveToOuterDisposeScope();     // [B, T, D]
    }

    /// <summary>The layers, for an exporter.</summary>
    internal (Conv2d First, Conv2d Second, Linear Project) Layers => (conv1, conv2, project);
}
