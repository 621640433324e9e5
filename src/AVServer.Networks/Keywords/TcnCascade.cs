using static TorchSharp.torch;

namespace AVServer.Networks;

/// <summary>Sizes of a <see cref="TcnCascade"/>.</summary>
/// <param name="Small">What listens always.</param>
/// <param name="Large">What is asked where the small one finds something.</param>
/// <param name="Threshold">Logit of the small one above which the large one is asked.</param>
public sealed record TcnCascadeConfig(DtcNetConfig Small, DtcNetConfig Large, double Threshold = -2)
{
    /// <summary>Sizes for frames of so many values, and so many words.</summary>
    public static TcnCascadeConfig For(int values, int words) =>
        new(new(values, words, Width: 16, Stacks: 1), new(values, words));
}

/// <summary>
/// Two temporal convolutional networks: a small one listens, and only where it finds something a large one is asked, which first has to
/// catch up on the frames that it missed.
/// </summary>
/// <remarks>
/// Giraldo, Jain, Verhelst: "Efficient Execution of Temporal Convolutional Networks for Embedded Keyword Spotting" (IEEE TVLSI 29, 2021),
/// cascaded networks. A word needs both: its logit is the smaller of the two, so that below the threshold the large one's word changes
/// nothing, and leaving it out is exact. What differs: sizes are chosen here, of <see cref="DtcNet"/>; a graph computes both, so that it
/// costs as much; <see cref="Operations(Tensor)"/> counts what would run.
/// </remarks>
public sealed class TcnCascade : StreamNetwork, IAdaptiveNetwork
{
    private readonly DtcNet small;
    private readonly DtcNet large;
    private readonly TcnCascadeConfig _config;

    public TcnCascade(TcnCascadeConfig config) : base(nameof(TcnCascade), config.Small.Values)
    {
        _config = config;
        small = new DtcNet(config.Small);
        large = new DtcNet(config.Large);
        RegisterComponents();
    }

    public override NetworkSteps Steps => large.Steps;

    /// <summary>Frames [B, T, values] → logits [B, T, words].</summary>
    public override Value Compute(Value features)
    {
        var (quick, sure) = (features.Apply(small), features.Apply(large));
        return quick - (quick - sure).Relu();
    }

    public double Operations(Tensor features)
    {
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        var isAsked = small.forward(features).amax([2]).gt(_config.Threshold);                    // [B, T]
        var operations = 0L;
        for (var clip = 0; clip < features.size(0); clip++) operations += Operations(isAsked[clip].data<bool>().ToArray());
        return operations * (double)Steps.ChunkFrames / (features.size(0) * features.size(1));
    }

    /// <summary>
    /// Multiplications along frames in which the large network is asked or not: each time that it is woken it computes what it should have
    /// seen before, as far back as it looks, if it didn't anyway.
    /// </summary>
    internal long Operations(ReadOnlySpan<bool> isAsked)
    {
        var (computed, last) = (0L, -1);
        for (var frame = 0; frame < isAsked.Length; frame++)
        {
            if (!isAsked[frame]) continue;
            var first = Math.Max(last + 1, frame - _config.Large.ReceptiveFieldFrames + 1);
            computed += frame - first + 1;
            last = frame;
        }

        return (isAsked.Length * _config.Small.MultiplyAccumulates) + (computed * _config.Large.MultiplyAccumulates);
    }
}
