using static TorchSharp.torch;

namespace AVServer.Networks.Flcma;

/// <summary>
/// What a window tells of lips, [B, video frames, <see cref="FlcmaConfig.LipValues"/>] → the same as the first layer takes it: lip features
/// less their mean over the window, where <see cref="FlcmaConfig.IndependentOfLooks"/> asks for it, and each measure in deviations from its
/// mean over the window.
/// </summary>
/// <remarks>
/// How wide a mouth is says who it is; how its width changes says what is spoken. In training each measure of a window is made larger or
/// smaller and trembles, as with somebody who moves the lips more or less and is tracked worse. Ours; nothing of it is in the paper, whose
/// sizes pass through unchanged.
/// </remarks>
internal sealed class LipNormalisation : Layer
{
    /// <summary>Added to a measure's deviation, in distances of the eyes' corners: what landmarks of still lips tremble by.</summary>
    private const double Tremble = 0.002;

    private const double GainSpread = 0.3;
    private const double Noise = 0.1;
    private readonly FlcmaConfig _config;

    internal LipNormalisation(FlcmaConfig config) : base(nameof(LipNormalisation)) => _config = config;

    public override Value Compute(Value lips)
    {
        var features = lips.Narrow(2, 0, _config.LipFeatures);
        if (_config.IndependentOfLooks) features = features - features.Mean(keep: true, 1);
        if (_config.LipMeasures == 0) return features;
        var measures = lips.Narrow(2, _config.LipFeatures, _config.LipMeasures);
        measures = measures - measures.Mean(keep: true, 1);
        measures = measures / ((measures * measures).Mean(keep: true, 1).Sqrt() + Tremble);
        return features.Concat(2, measures.InTraining(this, Disturb));
    }

    private static Tensor Disturb(Tensor measures) =>
        (measures * (GainSpread * randn(measures.size(0), 1, measures.size(2))).exp()) + (Noise * randn_like(measures));
}
