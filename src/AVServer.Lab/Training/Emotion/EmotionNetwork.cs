using AVServer.Networks.Emotion;
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

    /// <summary>One member of the part of a recipe's network that hears, untrained.</summary>
    internal static EmotionNetwork CreateAudio(EmotionRecipe recipe) => recipe.Mscnn is { } mscnn
        ? new EmotionNetwork(new MscnnSpu(MscnnMembers.Of(mscnn, recipe.Members)))
        : new EmotionNetwork(new LightSerNet(recipe.LightSerNet!));

    /// <summary>The part of a recipe's network that hears, all members together, untrained.</summary>
    internal static EmotionNetwork Create(EmotionRecipe recipe) => recipe.Mscnn is { } mscnn
        ? new EmotionNetwork(new MscnnSpu(mscnn with { Text = false, Attention = false, WordVotes = false }))
        : CreateAudio(recipe);

    /// <summary>The members as one network, in evaluation mode, the radial layer fitted where the recipe has one.</summary>
    /// <param name="members">Trained.</param>
    /// <param name="recipe">Theirs.</param>
    /// <param name="bank">Recordings.</param>
    /// <param name="examples">Places of the recordings that taught the members.</param>
    internal static EmotionNetwork Join(
        IReadOnlyList<EmotionNetwork> members, EmotionRecipe recipe, EmotionBank bank, IReadOnlyList<int> examples)
    {
        foreach (var member in members) member.Module.eval();
        if (recipe.Mscnn is null) return members[0];
        var joined = MscnnMembers.Join([.. members.Select(member => member._mscnn!)], recipe.Mscnn.Centres);
        if (joined.Radial is { } radial) Fit(radial, joined, recipe, bank, examples);
        return new EmotionNetwork(joined);
    }

    /// <summary>Centres are recordings as recorded, spread over all; the fit hears every rendering.</summary>
    private static void Fit(RadialLayer radial, MscnnSpu network, EmotionRecipe recipe, EmotionBank bank, IReadOnlyList<int> examples)
    {
        var count = network.Config.Centres;
        if (examples.Count < count)
            throw new ArgumentException(
                $"Expected at least as many recordings as the {count} centres, got {examples.Count}.", nameof(examples));
        using var scope = NewDisposeScope();
        Tensor Normal(IEnumerable<(int Recording, int Variant)> renderings) =>
            network.NormaliseDescriptors(
                EmotionBatch.Descriptors([.. renderings.Select(one => bank.Describe(one.Recording, one.Variant))])!);
        (int Recording, int Variant)[] all =
            [
                .. examples.SelectMany(
                    _ => Enumerable.Range(0, recipe.AugmentationOrDefault.Variants), (example, variant) => (example, variant))];
        radial.Fit(
            Normal(Enumerable.Range(0, count).Select(i => (examples[(int)((long)i * examples.Count / count)], 0))), Normal(all),
            LabelTargets.Of([.. all.Select(one => bank.Recordings[one.Recording].Label)], recipe.Labels.Count, 0), recipe.RadialDecay,
            recipe.RadialScale);
    }
}
