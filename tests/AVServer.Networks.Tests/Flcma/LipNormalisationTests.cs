using AVServer.Networks.Flcma;
using static TorchSharp.torch;

namespace AVServer.Networks.Tests.Flcma;

[Trait("Category", "unit")]
public sealed class LipNormalisationTests
{
    private static readonly FlcmaConfig Config = SmallFlcma.Config with { IndependentOfLooks = true, LipMeasures = 3 };

    [Fact]
    public void Measures_are_told_in_deviations_and_features_without_their_mean()
    {
        using var scope = NewDisposeScope();
        manual_seed(3);
        var lips = SmallFlcma.Lips(Config, 2);
        var normalised = Normalised(lips);

        for (var window = 0; window < 2; window++)
        {
            for (var value = 0; value < Config.LipValues; value++)
            {
                var over = Enumerable.Range(0, Config.VideoFrames).Select(frame => (double)lips[window, frame, value].item<float>())
                    .ToArray();
                var mean = over.Average();
                var unit = value < Config.LipFeatures ? 1 : Math.Sqrt(over.Average(x => (x - mean) * (x - mean))) + 0.002;
                for (var frame = 0; frame < over.Length; frame++)
                    Assert.Equal((over[frame] - mean) / unit, normalised[window, frame, value].item<float>(), 1e-4);
            }
        }
    }

    [Fact]
    public void Mouth_of_another_size_that_moves_alike_is_the_same()
    {
        using var scope = NewDisposeScope();
        manual_seed(3);
        var lips = SmallFlcma.Lips(Config, 2);
        var other = cat([lips.narrow(2, 0, Config.LipFeatures), (lips.narrow(2, Config.LipFeatures, 3) * 1.5) + 0.3], 2);

        Assert.InRange(SmallFlcma.Difference(Normalised(lips), Normalised(other)), 0, 0.01f);
    }

    [Fact]
    public void Still_mouth_says_nothing()
    {
        using var scope = NewDisposeScope();
        var still = full([1, Config.VideoFrames, Config.LipValues], 0.4f);

        Assert.InRange(Normalised(still).abs().max().item<float>(), 0, 1e-3f);
    }

    [Fact]
    public void Measures_are_changed_in_training_only_and_features_never()
    {
        using var scope = NewDisposeScope();
        manual_seed(3);
        var lips = SmallFlcma.Lips(Config, 2);
        using var normalisation = new LipNormalisation(Config);
        normalisation.train();
        var (one, other) = (normalisation.call(lips), normalisation.call(lips));

        Assert.True((one.narrow(2, 0, Config.LipFeatures) == other.narrow(2, 0, Config.LipFeatures)).all().item<bool>());
        Assert.InRange(SmallFlcma.Difference(one, other), 0.1f, 10);
        Assert.True((Normalised(lips) == Normalised(lips)).all().item<bool>());
    }

    [Fact]
    public void Lips_pass_the_published_sizes_unchanged()
    {
        using var scope = NewDisposeScope();
        var lips = SmallFlcma.Lips(SmallFlcma.Config, 2);
        using var normalisation = new LipNormalisation(SmallFlcma.Config);

        Assert.True((lips == normalisation.call(lips)).all().item<bool>());
    }

    private static Tensor Normalised(Tensor lips)
    {
        using var normalisation = new LipNormalisation(Config);
        normalisation.eval();
        return normalisation.call(lips);
    }
}
