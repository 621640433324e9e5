using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace AVServer.Networks;

/// <summary>Norms as they begin.</summary>
internal static class Norms
{
    /// <summary>A norm of groups of channels, which scales by one: TorchSharp leaves its weights as it finds them in memory.</summary>
    internal static GroupNorm OfGroups(long groups, long channels)
    {
        var norm = GroupNorm(groups, channels);
        using (no_grad())
        {
            norm.weight!.fill_(1);
            norm.bias!.zero_();
        }

        return norm;
    }
}
