using static TorchSharp.torch;

namespace AVServer.Networks.Tests.Keywords;

[Trait("Category", "unit")]
public sealed class FeatureAttentionDsCnnTests
{
    /// <summary>All ways along some frames, each collapsed as CTC does: repetitions to one, then blanks away.</summary>
    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(5)]
    public void Word_is_as_likely_as_all_ways_that_say_its_syllables(int frames)
    {
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        manual_seed(frames);
        // Two words of two syllables: symbols 1, 2 and 3, 4 behind the blank.
        var network = new FeatureAttentionDsCnn(new(new KeywordWindow(Frames: 8, Values: 6, Labels: 3), Syllables: 2));
        var logs = randn(1, 5, frames).log_softmax(1);
        var likelihood = new double[3];
        for (var way = 0; way < Math.Pow(5, frames); way++)
        {
            var symbols = Enumerable.Range(0, frames).Select(frame => (int)(way / Math.Pow(5, frame)) % 5).ToArray();
            var said = symbols.Where((symbol, frame) => symbol > 0 && (frame == 0 || symbols[frame - 1] != symbol)).ToArray();
            int label = said switch { [] => 0, [1, 2] => 1, [3, 4] => 2, _ => -1 };
            var log = symbols.Select((symbol, frame) => (double)logs[0, symbol, frame].item<float>()).Sum();
            if (label >= 0) likelihood[label] += Math.Exp(log);
        }

        var got = TorchValue.Run(network.Likelihoods, logs).exp().flatten().data<float>().ToArray();
        Assert.Equal(likelihood, got.Select(value => (double)value), (wanted, value) => Math.Abs(wanted - value) < 1e-5);
    }

    [Fact]
    public void Labels_of_sounds_and_words_are_judged_apart()
    {
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        var network = new UniKwAt(new(new KeywordWindow(Frames: 40, Labels: 6), Multiplier: 0.2, Head: 32));
        network.eval();
        var frames = randn(2, 40, 40);

        var served = TorchValue.Of(network.Serve([TorchValue.From(frames)])[0]);
        Assert.InRange((served - network.forward(frames).sigmoid()).abs().max().item<float>(), 0, 1e-6f);
    }
}
