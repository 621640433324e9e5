using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace AVServer.Networks;

/// <summary>Size of an <see cref="LstmSpotter"/>.</summary>
/// <param name="Mels">Fbank values a frame.</param>
/// <param name="Stride">Frames that are joined to one step.</param>
/// <param name="Bottleneck">Values of the linear layer before the recurrent ones.</param>
/// <param name="Cells">Memory cells of each of the two layers.</param>
/// <param name="Keywords">Keywords, hence posteriors a step.</param>
public sealed record LstmSpotterConfig(int Mels = 80, int Stride = 4, int Bottleneck = 128, int Cells = 64, int Keywords = 1);

/// <summary>
/// Keyword network: a linear bottleneck over some frames, two recurrent layers, a posterior a step. It streams by nature.
/// </summary>
/// <remarks>
/// Sun et al., "Max-Pooling Loss Training of Long Short-Term Memory Networks for Small-Footprint Keyword Spotting" (SLT 2016, arXiv
/// 1705.02411). What differs: frames are joined without those after them, which a stream would have to wait for, on 80 mels instead of
/// 20; hence a count of parameters of its own.
/// </remarks>
public sealed class LstmSpotter : StreamNetwork
{
    private readonly Tensor mean;
    private readonly Tensor istd;
    private readonly Conv1d bottleneck;
    private readonly LSTM lstm1;
    private readonly LSTM lstm2;
    private readonly Linear output;

    public LstmSpotter(LstmSpotterConfig config) : base(nameof(LstmSpotter), config.Mels)
    {
        Config = config;
        mean = zeros(config.Mels);
        istd = ones(config.Mels);
        bottleneck = Conv1d(config.Mels, config.Bottleneck, kernel_size: config.Stride, stride: config.Stride);
        lstm1 = LSTM(config.Bottleneck, config.Cells, batchFirst: true);
        lstm2 = LSTM(config.Cells, config.Cells, batchFirst: true);
        output = Linear(config.Cells, config.Keywords);
        RegisterComponents();
    }

    public LstmSpotterConfig Config { get; }

    public override NetworkSteps Steps => new(ChunkFrames: 8, Config.Stride, NetworkSteps.Unbounded);

    /// <summary>Fbank [B, T, mels] → logits [B, ⌊T / stride⌋, keywords].</summary>
    public override Value Compute(Value fbank)
    {
        var joined = ((fbank - mean) * istd).Transpose(1, 2).Apply(bottleneck).Transpose(1, 2);   // [B, S, bottleneck]
        return joined.Recur(lstm1).Recur(lstm2).Apply(output);                                    // [B, S, keywords]
    }

    /// <summary>
    /// Cross-entropy of the step that is surest of the keyword where it was said, of all steps where it wasn't (§3.2 of the paper).
    /// </summary>
    /// <param name="logits">[B, S, 1].</param>
    /// <param name="labels">1 where the keyword was said, else 0: [B].</param>
    public static Tensor MaxPoolingLoss(Tensor logits, Tensor labels)
    {
        using var scope = NewDisposeScope();
        var steps = logits.squeeze(2);                                                            // [B, S]
        var said = functional.softplus(-steps.amax([1]));
        var silent = functional.softplus(steps).mean([1]);
        return ((labels * said) + ((1 - labels) * silent)).mean().MoveToOuterDisposeScope();
    }
}
