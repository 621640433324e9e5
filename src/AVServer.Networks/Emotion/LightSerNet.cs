using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace AVServer.Networks.Emotion;

/// <summary>
/// Emotion of an utterance from its sound alone: three parallel convolutions over time, frequency and both; five more, each with a batch
/// norm, a ReLU and (but the last) an average pooling; the mean over what is left; one dense layer.
/// </summary>
/// <remarks>
/// Aftab et al.: "LIGHT-SERNET: A lightweight fully convolutional neural network for speech emotion recognition", ICASSP 2022 (arXiv
/// 2110.03435).
/// What differs: utterances of different lengths share a batch. Frames beyond an utterance's own are zero behind every layer, and don't
/// count in the mean; half a pooling window at its end is dropped, as it is without padding.
/// </remarks>
public sealed class LightSerNet : Module<Tensor, Tensor, Tensor>, INetwork
{
    /// <summary>Frames that are joined to one; an utterance shorter than this is one.</summary>
    public const int FramesPerPosition = 32;

    private readonly ModuleList<Conv2d> paths;
    private readonly ModuleList<BatchNorm2d> pathNorms;
    private readonly ModuleList<Conv2d> convolutions;
    private readonly ModuleList<BatchNorm2d> norms;
    private readonly Dropout dropout;
    private readonly Linear output;

    public LightSerNet(LightSerNetConfig config) : base(nameof(LightSerNet))
    {
        config.Validate();
        Config = config;
        var kernels =
            new[] { (LightSerNetPaths.Time, (11L, 1L)), (LightSerNetPaths.Frequency, (1L, 9L)), (LightSerNetPaths.Both, (3L, 3L)) };
        paths = ModuleList(
            [.. kernels.Where(path => config.Paths.HasFlag(path.Item1))
                .Select(path => Conv2d(1, config.PathFilters, path.Item2, padding: (path.Item2.Item1 / 2, path.Item2.Item2 / 2)))]);
        pathNorms = ModuleList([.. paths.Select(_ => BatchNorm2d(config.PathFilters))]);
        int[] widths = [config.PathFilters * paths.Count, .. config.Widths];
        convolutions = ModuleList([.. Enumerable.Range(1, 5).Select(i => i < 5
            ? Conv2d(widths[i - 1], widths[i], kernel_size: 3, padding: 1, bias: false)
            : Conv2d(widths[i - 1], widths[i], kernel_size: 1, bias: false))]);
        norms = ModuleList([.. widths[1..].Select(width => BatchNorm2d(width))]);
        dropout = Dropout(config.Dropout);
        output = Linear(widths[^1], config.Labels);
        RegisterComponents();
    }

    public LightSerNetConfig Config { get; }

    public IReadOnlyList<NetworkInput> Inputs => [new("features", [-1, -1, Config.Ceps]), new("frames", [-1], IsWhole: true)];

    public IReadOnlyList<string> Outputs => ["logits"];

    public IReadOnlyList<Value> Serve(IReadOnlyList<Value> inputs) => [Compute(inputs[0], inputs[1])];

    /// <summary>Frames [B, T, ceps] of which <paramref name="frames"/> [B], int64, are valid → logits [B, labels].</summary>
    public override Tensor forward(Tensor features, Tensor frames) => TorchValue.Run(Compute, features, frames);

    private Value Compute(Value features, Value frames)
    {
        // What is shorter than the poolings together still leaves one position.
        var map = Keep(features.PadTo(1, FramesPerPosition).Unsqueeze(1), frames);                     // [B, 1, T, ceps]
        Value[] heard = [.. paths.Zip(pathNorms, (path, norm) => map.Apply(path).Apply(norm).Relu())];
        var (x, lengths) = Pool(Keep(heard[0].Concat(1, heard.AsSpan(1)), frames), frames, 2, 2);
        for (var i = 0; i < convolutions.Count; i++)
        {
            x = Keep(x.Apply(convolutions[i]).Apply(norms[i]).Relu(), lengths);                        // [B, width, T, ceps]
            if (i < convolutions.Count - 1) (x, lengths) = Pool(x, lengths, 2, i < 2 ? 2 : 1);
        }

        var positions = lengths.AtLeast(1).Real(x) * x.Length(3);                                      // [B]
        return (x.Sum(keep: false, 2, 3) / positions.Unsqueeze(1)).Apply(dropout).Apply(output);
    }

    private static Value Keep(Value x, Value lengths) => x * x.Within(lengths, 2).Unsqueeze(1).Unsqueeze(3);

    /// <summary>
    /// Means of windows of time and frequency; half a window at an utterance's end is dropped, unless nothing else would be left.
    /// </summary>
    private static (Value X, Value Lengths) Pool(Value x, Value lengths, long time, long frequency)
    {
        var halved = lengths.Quotient(time).AtLeast(1);
        return (Keep(x.AveragePool(time, frequency), halved), halved);
    }
}
