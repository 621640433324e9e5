using AVServer.Networks.Lips;
using static TorchSharp.torch;

namespace AVServer.Networks.Tests;

/// <summary>What a picture's phones rest on.</summary>
[Trait("Category", "unit")]
public sealed class LipPhoneNetTests
{
    private const int Pictures = 80;
    private static readonly LipPhoneNetConfig Config = new(Values: 12, Phones: 7, Width: 16);

    [Fact]
    public void A_picture_rests_on_three_pictures_ahead_and_none_behind_them()
    {
        using var network = Network();
        var (mouth, changed) = (Mouth(), Mouth());
        const int at = 40;
        changed[0, at] += 1;
        using var difference = (network.forward(mouth) - network.forward(changed)).abs().amax(2)[0];
        var touched = Enumerable.Range(0, Pictures).Where(picture => difference[picture].item<float>() > 0).ToArray();
        Assert.Equal(3, LipPhoneNetConfig.LookaheadPictures);
        Assert.Equal(at - 3, touched[0]);
        Assert.Equal(at + LipPhoneNetConfig.ReceptiveFieldPictures - 1 - 3, touched[^1]);
    }

    [Fact]
    public void A_window_inside_a_recording_says_what_the_recording_does()
    {
        using var network = Network();
        var mouth = Mouth();
        var whole = network.forward(mouth);
        const int first = 10;
        var part = network.forward(mouth.narrow(1, first, Pictures - first));
        var settled = LipPhoneNetConfig.ReceptiveFieldPictures - 1 - LipPhoneNetConfig.LookaheadPictures;
        using var difference = (whole.narrow(1, first + settled, Pictures - first - settled)
            - part.narrow(1, settled, Pictures - first - settled)).abs().max();
        Assert.InRange(difference.item<float>(), 0, 1e-5f);
    }

    [Fact]
    public void Rows_of_a_batch_know_nothing_of_each_other()
    {
        using var network = Network();
        var (one, other) = (Mouth(), Mouth() * 2);
        var both = network.forward(cat([one, other], 0));
        Assert.InRange((both[0] - network.forward(one)[0]).abs().max().item<float>(), 0, 1e-5f);
        Assert.InRange((both[1] - network.forward(other)[0]).abs().max().item<float>(), 0, 1e-5f);
    }

    [Fact]
    public void Values_count_by_the_scale_that_was_set()
    {
        using var network = Network();
        var before = network.forward(Mouth() * 2);
        network.SetScale([.. Enumerable.Repeat(2f, Config.Values)]);
        Assert.InRange((before - network.forward(Mouth())).abs().max().item<float>(), 0, 1e-5f);
    }

    private static LipPhoneNet Network()
    {
        manual_seed(1);
        var network = new LipPhoneNet(Config);
        network.eval();
        return network;
    }

    private static Tensor Mouth()
    {
        manual_seed(2);
        return randn(1, Pictures, Config.Values);
    }
}
