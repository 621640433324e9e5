using AVServer.Networks.Flcma;
using static TorchSharp.torch;

namespace AVServer.Networks.Tests.Flcma;

[Trait("Category", "unit")]
public sealed class FlcmaEnsembleTests
{
    [Fact]
    public void Members_vote_with_the_mean_of_their_logits()
    {
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        manual_seed(8);
        var config = SmallFlcma.Config;
        FlcmaConformer[] members = [SmallFlcma.Conformer(config), SmallFlcma.Conformer(config), SmallFlcma.Conformer(config)];
        using var ensemble = new FlcmaEnsemble(members);
        var (fbank, lips, presence) = (SmallFlcma.Fbank(config, 2), SmallFlcma.Lips(config, 2), tensor([1f, 1f, 0f, 1f], [2, 2]));
        var votes = members.Select(member => member.call(fbank, lips, presence)).ToArray();

        Assert.InRange(SmallFlcma.Difference((votes[0] + votes[1] + votes[2]) / 3, ensemble.call(fbank, lips, presence)), 0, 1e-5f);
        Assert.InRange(SmallFlcma.Difference(votes[0], votes[1]), 1e-3f, 100);
        Assert.Equal(config, ensemble.Config);
    }

    [Fact]
    public void Members_of_several_sizes_are_refused()
    {
        using var small = new FlcmaConformer(SmallFlcma.Config);
        using var other = new FlcmaConformer(SmallFlcma.Config with { Blocks = 1 });

        Assert.Contains(
            "2 of 2 sizes", Assert.Throws<ArgumentException>(() => new FlcmaEnsemble([small, other])).Message, StringComparison.Ordinal);
        Assert.Contains("0 of 0 sizes", Assert.Throws<ArgumentException>(() => new FlcmaEnsemble([])).Message, StringComparison.Ordinal);
    }
}
