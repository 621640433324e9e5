using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace AVServer.Networks.Flcma;

/// <summary>
/// Visual front end: lip pictures → one feature vector each. A 3-D convolution over five pictures, then ResNet-18's four stages
/// on each picture, then the mean over space; every convolution has a BN.
/// </summary>
/// <remarks>
/// After Wang et al. (arXiv 2403.01700) and the stem of the lip-reading models that it builds on (Ma et al., auto_avsr). The
/// first convolution pads no time: a feature belongs to the middle of five pictures, the callers give the two before and after
/// (<see cref="with_context"/>), and a stream gives the same features as the whole, picture by picture.
/// </remarks>
public sealed class LipEncoder : Layer, INetwork
{
    /// <summary>Pictures that a feature needs before its own, and as many after it.</summary>
    public const int Context = 2;

    /// <summary>Added to a picture's variance where pictures are standardised.</summary>
    private const double Flattest = 1e-4;

    private readonly Tensor mean;
    private readonly Tensor istd;
    private readonly Conv3d stem;
    private readonly BatchNorm3d norm;
    private readonly Sequential stages;

    /// <param name="config">Size; <see cref="FlcmaConfig.RoiSize"/>, <see cref="FlcmaConfig.RoiChannels"/> and
    /// <see cref="FlcmaConfig.VisualWidth"/> count here.</param>
    public LipEncoder(FlcmaConfig config) : base(nameof(LipEncoder))
    {
        config.Validate();
        Config = config;
        // Mean and deviation of gray mouth crops (auto_avsr); a trainer may set its own.
        mean = full([config.RoiChannels], 0.421);
        istd = full([config.RoiChannels], 1 / 0.165);
        stem = Conv3d(config.RoiChannels, config.VisualWidth, (5, 7, 7), stride: (1, 2, 2), padding: (0, 3, 3), bias: false);
        init.kaiming_normal_(stem.weight, mode: init.FanInOut.FanOut, nonlinearity: init.NonlinearityType.ReLU);
        norm = BatchNorm3d(config.VisualWidth);
        stages = Sequential(Stages(config.VisualWidth));
        RegisterComponents();
    }

    public FlcmaConfig Config { get; }

    public IReadOnlyList<NetworkInput> Inputs => [new("frame", [-1, Config.RoiChannels, 1, Config.RoiSize, Config.RoiSize])];

    public IReadOnlyList<string> Outputs => ["features"];

    public NetworkSteps Steps => new(ChunkFrames: 1, Stride: 1, ReceptiveFieldFrames: (2 * Context) + 1);

    public IReadOnlyList<Value> Serve(IReadOnlyList<Value> inputs) => [Compute(inputs[0])];

    /// <summary>Sets the input normalisation, which is part of the model's state: (picture − mean) · istd.</summary>
    /// <param name="mean">Mean of each channel over the training set, in [0, 1].</param>
    /// <param name="istd">1 ÷ standard deviation of each.</param>
    public void SetNormalisation(ReadOnlySpan<float> mean, ReadOnlySpan<float> istd)
    {
        if (mean.Length != Config.RoiChannels || istd.Length != Config.RoiChannels)
            throw new ArgumentException(
                $"Expected {Config.RoiChannels} means and as many inverse deviations, got {mean.Length} and {istd.Length}.");
        this.mean.data<float>().CopyFrom(mean);
        this.istd.data<float>().CopyFrom(istd);
    }

    /// <summary>Pictures in [0, 1] with two of context on each side, [B, C, T + 4, S, S] → features [B, T, V].</summary>
    public override Value Compute(Value pictures)
    {
        var seen = pictures.Past(axis: 2, 2 * Context, silence: false);                 // [B, C, T + 4, S, S]
        var normalised = Config.IndependentOfLooks ? Standardise(seen) : (seen - mean.view(1, -1, 1, 1, 1)) * istd.view(1, -1, 1, 1, 1);
        var x = normalised.Apply(stem).Apply(norm);                                     // [B, W, T, S/2, S/2]
        var single = x.Transpose(1, 2).Reshape(-1, Config.VisualWidth, x.Length(3), x.Length(4));
        // The largest of rectified values is the rectified largest: pooled first, a quarter is left to rectify.
        var pooled = single.MaxPool(size: 3, stride: 2, padding: 1).Relu();             // [B·T, W, S/4, S/4]
        return pooled.Apply(stages).Mean(keep: false, 2, 3).Reshape(-1, x.Length(2), Config.LipFeatures);
    }

    /// <summary>One more picture of a stream.</summary>
    /// <param name="picture">[B, C, 1, S, S] in [0, 1].</param>
    /// <param name="cache">The four pictures before it, [B, C, 4, S, S]; at the beginning the first picture, four times.</param>
    /// <returns>The feature [B, 1, V] of the picture two before; and the cache for the next.</returns>
    public (Tensor features, Tensor cache) forward(Tensor picture, Tensor cache) => TorchValue.Step(Compute, picture, cache);

    /// <summary>
    /// Each picture to mean 0 and deviation 1 over its values; <see cref="Flattest"/> keeps an empty one from being blown up.
    /// </summary>
    private static Value Standardise(Value pictures)
    {
        var centred = pictures - pictures.Mean(keep: true, 1, 3, 4);
        return centred / ((centred * centred).Mean(keep: true, 1, 3, 4) + Flattest).Sqrt();
    }

    /// <summary>Repeats the first and the last picture twice: [B, C, T, S, S] → [B, C, T + 4, S, S].</summary>
    public static Tensor with_context(Tensor pictures)
    {
        using var scope = NewDisposeScope();
        var first = pictures.narrow(2, 0, 1);
        var last = pictures.narrow(2, pictures.size(2) - 1, 1);
        return cat([first, first, pictures, last, last], 2).MoveToOuterDisposeScope();
    }

    /// <summary>Two blocks in each of four stages; all but the first stage double the channels and halve the picture.</summary>
    private static IEnumerable<Module<Tensor, Tensor>> Stages(int width)
    {
        for (var (stage, channels) = (0, width); stage < 4; stage++)
        {
            var output = width << stage;
            yield return new ResidualBlock(channels, output, stride: stage == 0 ? 1 : 2);
            yield return new ResidualBlock(output, output, stride: 1);
            channels = output;
        }
    }
}
