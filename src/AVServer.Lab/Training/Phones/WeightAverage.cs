using AVServer.Networks;
using static TorchSharp.torch;

namespace AVServer.Lab.Training.Phones;

/// <summary>Weights between those that a network began with and those that it was tuned to.</summary>
/// <remarks>
/// A network that is tuned to noise forgets a part of what it knew; on the straight line between the two lie networks that keep most of
/// both.
/// Wortsman et al., "Robust fine-tuning of zero-shot models" (arXiv 2109.01903), section 3.
/// </remarks>
internal static class WeightAverage
{
    /// <summary>Moves a network's weights towards those of another of the same form.</summary>
    /// <param name="net">Changed in place.</param>
    /// <param name="other">Stays as it is.</param>
    /// <param name="share">How much stays of the network's own; 0 to 1.</param>
    public static void Apply(PhoneNet net, PhoneNet other, double share)
    {
        using var mode = no_grad();
        using var scope = NewDisposeScope();
        foreach (var (own, wanted) in net.parameters().Zip(other.parameters())) own.mul_(share).add_(wanted * (1 - share));
    }
}
