using AVServer.Networks.Flcma;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace AVServer.Networks.Tests.Flcma;

/// <summary>Models that are quick to run, with weights and running statistics that are not those of the start.</summary>
internal static class SmallFlcma
{
    internal static FlcmaConfig Config { get; } = new(
        RoiSize: 16, RoiChannels: 1, VisualWidth: 4, SubsamplingChannels: 4, Dim: 16, Heads: 2, FeedForward: 24, Blocks: 2,
        ConvolutionKernel: 5,
        Mels: 12, AudioFrames: 48, VideoFrames: 12);

    /// <summary>A module in evaluation mode, after a few batches and with every parameter shifted at random.</summary>
    internal static T Trained<T>(T module, Action<T> batch) where T : Module
    {
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        foreach (var parameter in module.parameters()) parameter.add_(randn_like(parameter) * 0.1);
        module.train();
        for (var step = 0; step < 3; step++) batch(module);
        module.eval();
        return module;
    }

    internal static FlcmaConformer Conformer(FlcmaConfig config) =>
        Trained(new FlcmaConformer(config), model => model.call(Fbank(config, 4), Lips(config, 4), ones(4, 2)));

    internal static LipEncoder Encoder(FlcmaConfig config) =>
        Trained(new LipEncoder(config), model => model.call(Pictures(config, 2, 5)));

    internal static Tensor Fbank(FlcmaConfig config, long batch) => (randn([batch, config.AudioFrames, config.Mels]) * 3) - 6;

    internal static Tensor Lips(FlcmaConfig config, long batch) => rand([batch, config.VideoFrames, config.LipValues]);

    /// <summary>Pictures [B, C, T, S, S] in [0, 1].</summary>
    internal static Tensor Pictures(FlcmaConfig config, long batch, long frames) =>
        rand([batch, config.RoiChannels, frames, config.RoiSize, config.RoiSize]);

    internal static float Difference(Tensor one, Tensor other) => (one - other).abs().max().item<float>();
}
