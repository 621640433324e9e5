using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace AVServer.Networks.Lips;

/// <summary>Size of a <see cref="LipPhoneNet"/>.</summary>
/// <param name="Values">Values of a picture.</param>
/// <param name="Phones">Phones, silence among them.</param>
/// <param name="Width">Channels of a layer.</param>
/// <param name="Dropout">Share of a layer's values that training leaves out.</param>
public sealed record LipPhoneNetConfig(int Values = 228, int Phones = 40, int Width = 96, double Dropout = 0.3)
{
    /// <summary>Pictures behind and before each that a layer looks at, and their distance.</summary>
    public static IReadOnlyList<(int Dilation, int Past, int Ahead)> Layers { get; } = [(1, 2, 2), (1, 3, 1), (2, 4, 0), (2, 4, 0)];

    /// <summary>Pictures after one on which its phones rest.</summary>
    public static int LookaheadPictures => Layers.Sum(layer => layer.Ahead * layer.Dilation);

    /// <summary>Pictures on which a picture's phones rest.</summary>
    public static int ReceptiveFieldPictures => 1 + Layers.Sum(layer => (layer.Past + layer.Ahead) * layer.Dilation);
}

/// <summary>Phones from lips: what a talker's mouth does, picture by picture, to which phone it shows.</summary>
/// <remarks>
/// Residual convolutions over time, as in the temporal part of lip readers (Martinez et al., "Lipreading using temporal convolutional
/// networks", ICASSP 2020), on measures in place of pixels, so that what few talkers look like can't be learnt by heart. It looks three
/// pictures ahead: lips take the form of a sound before and while it is heard.
/// </remarks>
public sealed class LipPhoneNet : Module<Tensor, Tensor>, INetwork
{
    private const double InputDropout = 0.1;

    private readonly Tensor istd;
    private readonly Dropout dropout;
    private readonly Conv1d first;
    private readonly ModuleList<LipPhoneLayer> layers;
    private readonly Conv1d classifier;

    public LipPhoneNet(LipPhoneNetConfig config) : base(nameof(LipPhoneNet))
    {
        ArgumentNullException.ThrowIfNull(config);
        Config = config;
        istd = ones(config.Values);
        dropout = Dropout(InputDropout);
        first = Conv1d(config.Values, config.Width, 1);
        layers = ModuleList([.. LipPhoneNetConfig.Layers.Select(
            layer => new LipPhoneLayer(config.Width, layer.Dilation, layer.Past, layer.Ahead, config.Dropout))]);
        classifier = Conv1d(config.Width, config.Phones, 1);
        RegisterComponents();
    }

    /// <summary>Its size.</summary>
    public LipPhoneNetConfig Config { get; }

    public IReadOnlyList<NetworkInput> Inputs => [new("mouth", [-1, -1, Config.Values])];

    public IReadOnlyList<string> Outputs => ["logits"];

    /// <summary>Sets by what values are multiplied: 1 ÷ deviation of each in training.</summary>
    public void SetScale(float[] scale)
    {
        using var mode = no_grad();
        istd.copy_(tensor(scale));
    }

    public IReadOnlyList<Value> Serve(IReadOnlyList<Value> inputs) => [Compute(inputs[0])];

    /// <summary>Pictures [B, T, values] → logits of phones [B, T, phones].</summary>
    public Value Compute(Value mouth)
    {
        var x = (mouth * istd).Transpose(1, 2).Apply(dropout).Apply(first);                       // [B, width, T]
        foreach (var layer in layers) x = x.Apply(layer);
        return x.Apply(classifier).Transpose(1, 2);
    }

    /// <inheritdoc cref="Compute(Value)"/>
    public override Tensor forward(Tensor mouth) => TorchValue.Run(Compute, mouth);
}

/// <summary>A layer of <see cref="LipPhoneNet"/>, which adds to what comes in: [B, width, T] → [B, width, T].</summary>
public sealed class LipPhoneLayer : Layer
{
    private readonly Conv1d convolution;
    private readonly BatchNorm1d norm;
    private readonly Dropout dropout;
    private readonly (long Past, long Ahead) _around;

    internal LipPhoneLayer(int width, int dilation, int past, int ahead, double dropped) : base(nameof(LipPhoneLayer))
    {
        _around = (past * dilation, ahead * dilation);
        convolution = Conv1d(width, width, past + ahead + 1, dilation: dilation);
        norm = BatchNorm1d(width);
        dropout = Dropout(dropped);
        RegisterComponents();
    }

    public override Value Compute(Value x) =>
        x + x.Pad(2, _around.Past, _around.Ahead).Apply(convolution).Apply(norm).Relu().Apply(dropout);
}
