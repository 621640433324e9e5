using AVServer.Models.Emotion;
using static TorchSharp.torch;

namespace AVServer.Lab.Training.Emotion;

/// <summary>Either network that hears, by what a trainer needs of it.</summary>
internal sealed class EmotionNetwork
{
    private readonly MscnnSpu? _mscnn;
    private readonly LightSerNet? _light;

    internal EmotionNetwork(MscnnSpu network) => _mscnn = network;

    internal EmotionNetwork(LightSerNet network) => _light = network;

    /// <summary>What is trained and saved.</summary>
    internal nn.Module Module => _mscnn ?? (nn.Module)_light!;

    /// <summary>Logits [B, labels].</summary>
    internal Tensor Call(Utterances input) => _mscnn is not null ? _mscnn.call(input) : _light!.call(input.Features!, input.Frames!);

    /// <summary>Takes the input's statistics from recordings, where the network normalises its input.</summary>
    internal void Normalise(EmotionBank bank, IReadOnlyList<int> recordings)
    {
        if (_mscnn is null) return;
        var (mean, istd) = bank.Statistics(recordings, _mscnn.Config.CentredFeatures);
        _mscnn.SetNormalisation(mean, istd);
        if (_mscnn.Config.Descriptors == 0) return;
        (mean, istd) = bank.DescriptorStatistics(recordings);
        _mscnn.SetDescriptorNormalisation(mean, istd);
    }

    /// <summary>The part of a recipe's network that hears, untrained.</summary>
    internal static EmotionNetwork OfSound(EmotionRecipe recipe) => recipe.Mscnn is { } mscnn
        ? new EmotionNetwork(new MscnnSpu(mscnn with { Text = false, Attention = false }))
        : new EmotionNetwork(new LightSerNet(recipe.LightSerNet!));
}
