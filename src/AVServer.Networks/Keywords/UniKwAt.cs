using AVServer.Networks.Backbones;

namespace AVServer.Networks;

/// <summary>
/// Keywords and kinds of sound in one network: kinds are labels behind the words, and each label is judged for itself, as several hold at
/// once.
/// </summary>
/// <remarks>
/// Dinkel et al., "UniKW-AT: Unified Keyword Spotting and Audio Tagging" (Interspeech 2022, arXiv 2209.11377), §2, on MobileNetV2. What
/// differs: fewer channels, and of AudioSet's 527 kinds those of which recordings are there, which the recipe names.
/// </remarks>
public sealed class UniKwAt : WindowNetwork
{
    private readonly MobileNetV2 network;

    public UniKwAt(MobileNetV2Config config) : base(nameof(UniKwAt), config.Window)
    {
        network = new MobileNetV2(config);
        RegisterComponents();
    }

    /// <summary>Frames [B, T, values] → logits [B, labels].</summary>
    public override Value Compute(Value frames) => frames.Apply(network);

    private protected override Value Posteriors(Value logits) => logits.Sigmoid();
}
