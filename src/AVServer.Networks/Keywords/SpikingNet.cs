using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace AVServer.Networks;

/// <summary>Size of a <see cref="SpikingNet"/>.</summary>
/// <param name="Window">What it is given.</param>
/// <param name="Width">Channels; neurons a layer are so many for each value of a frame.</param>
public sealed record SpikingNetConfig(KeywordWindow Window, int Width = 16)
{
    /// <summary>Dilation of each layer over time and over frequency.</summary>
    public IReadOnlyList<(int Time, int Frequency)> Dilations { get; init; } = [(1, 1), (4, 3), (16, 9)];
}

/// <summary>
/// Neurons that add up what comes in, leak, and send a spike of 1 when they are full: nothing is multiplied behind the first layer, and
/// where no spike comes nothing is done.
/// </summary>
/// <remarks>
/// Pellegrini, Zimmer, Masquelier: "Low-Activity Supervised Convolutional Spiking Neural Networks Applied to Speech Commands Recognition"
/// (SLT 2021, arXiv 2011.06846), §2 and §3: leaky integrate-and-fire neurons with learnt leak and threshold, a sigmoid's slope for the
/// step's, dilated convolutions, a penalty on spikes. What differs: convolutions see no later frames; fewer channels.
/// </remarks>
public sealed class SpikingNet : WindowNetwork, IAdaptiveNetwork, IPenalisedNetwork
{
    private const double ActivityWeight = 0.1;

    private readonly ModuleList<SpikingLayer> layers;
    private readonly Linear readout;
    private Tensor? _activity;

    public SpikingNet(SpikingNetConfig config) : base(nameof(SpikingNet), config.Window)
    {
        layers = ModuleList([.. config.Dilations.Select(
            (dilation, i) => new SpikingLayer(i == 0 ? 1 : config.Width, config.Width, dilation))]);
        readout = Linear(config.Width * config.Window.Values, config.Window.Labels);
        RegisterComponents();
    }

    /// <summary>Frames [B, T, values] → logits [B, labels].</summary>
    public override Value Compute(Value features)
    {
        var spikes = Spikes(features);
        var last = spikes[^1].InTraining(this, tensor => Remember(tensor, spikes));
        return last.Mean(keep: false, 2).Reshape(0, -1).Apply(readout);                           // of [B, C, T, F]
    }

    public Tensor Penalty() => _activity! * ActivityWeight;

    /// <summary>Multiplications of the first layer, then an addition for each spike and each neuron that it reaches.</summary>
    public double Operations(Tensor features)
    {
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        var spikes = Spikes(TorchValue.From(features)).Select(each => TorchValue.Of(each).sum().item<float>() / features.size(0)).ToList();
        var first = (double)layers[0].Reach * features.size(1) * features.size(2);
        return first + spikes.Select((count, i) => count * (i + 1 < layers.Count ? layers[i + 1].Reach : readout.weight.size(0))).Sum();
    }

    private Value[] Spikes(Value features)
    {
        var spikes = new List<Value>();
        foreach (var layer in layers) spikes.Add((spikes.Count == 0 ? features.Unsqueeze(1) : spikes[^1]).Apply(layer));
        return [.. spikes];
    }

    private Tensor Remember(Tensor last, Value[] spikes)
    {
        _activity?.Dispose();
        _activity = spikes.Select(each => TorchValue.Of(each).square().mean() / (2 * spikes.Length)).Aggregate((sum, each) => sum + each)
            .DetachFromDisposeScope();
        return last;
    }
}

/// <summary>A layer of <see cref="SpikingNet"/>: a convolution, then neurons through time; [B, C, T, F] → spikes.</summary>
public sealed class SpikingLayer : Layer
{
    private const int Taps = 4;
    private const int Bands = 3;
    private const double Steepness = 10;

    private readonly Parameter weight;
    private readonly Parameter leak;
    private readonly Parameter threshold;
    private readonly (int Time, int Frequency) _dilation;

    internal SpikingLayer(long input, long output, (int Time, int Frequency) dilation) : base(nameof(SpikingLayer))
    {
        _dilation = dilation;
        weight = Parameter(init.normal_(empty(output, input, Taps, Bands), std: 0.15 / Math.Sqrt(input * Taps * Bands)));
        leak = Parameter(full([1], 0.7));
        threshold = Parameter(ones(output, 1));
        RegisterComponents();
    }

    /// <summary>Neurons that one spike of a layer before reaches.</summary>
    internal long Reach => weight.size(0) * Taps * Bands;

    public override Value Compute(Value x)
    {
        // What a neuron is given counts in lengths of its own weights.
        var scaled = weight / weight.square().sum([1, 2, 3], keepdim: true).clamp_min(1e-8);
        var around = _dilation.Frequency * (Bands / 2);
        var current = x.Pad(2, (Taps - 1) * _dilation.Time, 0).Pad(3, around, around).Convolve(
            scaled, bias: null, new Window([1, 1], [0, 0], [_dilation.Time, _dilation.Frequency]));
        var kept = leak.clamp(0, 1);
        var given = current * (1 - kept);
        var (charge, spikes) = (given.Narrow(2, 0, 1).Squeeze(2), new List<Value>());             // [B, C, F]
        for (var t = 0; t < current.Length(2); t++)
        {
            if (t > 0) charge = ((charge - (spikes[^1] * threshold)) * kept) + given.Narrow(2, t, 1).Squeeze(2);
            spikes.Add((charge - threshold).Step(Steepness));
        }

        return spikes[0].Stack(2, [.. spikes.Skip(1)]);
    }
}
