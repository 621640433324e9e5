using AVServer.Networks.Flcma;
using static TorchSharp.torch;

namespace AVServer.Networks.Tests.Flcma;

[Trait("Category", "unit")]
public sealed class LipEncoderTests
{
    /// <summary>Sums of the same numbers in another order differ in the last bits.</summary>
    private const float Tolerance = 1e-5f;

    [Theory]
    [InlineData(16, 1, 4)]
    [InlineData(29, 3, 6)]
    public void Picture_by_picture_gives_the_features_of_the_whole(int size, int channels, int width)
    {
        const int frames = 7;
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        manual_seed(4);
        using var encoder = SmallFlcma.Encoder(SmallFlcma.Config with { RoiSize = size, RoiChannels = channels, VisualWidth = width });
        var pictures = SmallFlcma.Pictures(encoder.Config, 2, frames);
        var whole = encoder.call(LipEncoder.with_context(pictures));
        Assert.Equal([2, frames, 8 * width], whole.shape);

        var cache = pictures.narrow(2, 0, 1).expand(-1, -1, 4, -1, -1);
        for (var frame = 0; frame < frames + LipEncoder.Context; frame++)
        {
            (var feature, cache) = encoder.forward(pictures.narrow(2, Math.Min(frame, frames - 1), 1), cache);
            Assert.Equal([2, 1, 8 * width], feature.shape);
            if (frame < LipEncoder.Context) continue;
            Assert.InRange(SmallFlcma.Difference(whole.narrow(1, frame - LipEncoder.Context, 1), feature), 0, Tolerance);
        }
    }

    [Fact]
    public void Feature_depends_on_the_five_pictures_around_it_and_on_no_other()
    {
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        manual_seed(4);
        using var encoder = SmallFlcma.Encoder(SmallFlcma.Config);
        var pictures = SmallFlcma.Pictures(encoder.Config, 1, 11);
        var before = encoder.call(LipEncoder.with_context(pictures));
        pictures.narrow(2, 5, 1).fill_(0);
        var change = (encoder.call(LipEncoder.with_context(pictures)) - before).abs().amax([0, 2]).data<float>().ToArray();
        Assert.Equal([3, 4, 5, 6, 7], Enumerable.Range(0, 11).Where(frame => change[frame] > 0));
    }

    [Fact]
    public void Batch_gives_what_each_stream_gives_alone()
    {
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        manual_seed(4);
        using var encoder = SmallFlcma.Encoder(SmallFlcma.Config);
        var pictures = SmallFlcma.Pictures(encoder.Config, 3, 6);
        var together = encoder.call(pictures);
        for (var stream = 0; stream < 3; stream++)
            Assert.InRange(SmallFlcma.Difference(together.narrow(0, stream, 1), encoder.call(pictures.narrow(0, stream, 1))), 0, Tolerance);
    }

    [Fact]
    public void Normalisation_is_applied_to_the_pictures()
    {
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        manual_seed(4);
        using var encoder = SmallFlcma.Encoder(SmallFlcma.Config with { RoiChannels = 3 });
        var pictures = SmallFlcma.Pictures(encoder.Config, 1, 5);
        var before = encoder.call(pictures);
        encoder.SetNormalisation([0, 0.5f, 1], [1, 2, 4]);
        var normalised = (pictures - tensor([0f, 0.5f, 1f], [1, 3, 1, 1, 1])) * tensor([1f, 2f, 4f], [1, 3, 1, 1, 1]);
        var got = encoder.call(pictures);
        encoder.SetNormalisation([0, 0, 0], [1, 1, 1]);
        Assert.InRange(SmallFlcma.Difference(encoder.call(normalised), got), 0, Tolerance);
        Assert.True(SmallFlcma.Difference(before, got) > 0.01f);
        Assert.Contains("Expected 3 means", Assert.Throws<ArgumentException>(() => encoder.SetNormalisation([0], [1])).Message);
    }

    [Fact]
    public void Encoder_independent_of_looks_gives_the_same_in_other_light()
    {
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        manual_seed(4);
        using var encoder = SmallFlcma.Encoder(SmallFlcma.Config with { IndependentOfLooks = true });
        var pictures = SmallFlcma.Pictures(encoder.Config, 2, 6);
        var features = encoder.call(pictures);
        var largest = features.abs().max().item<float>();
        // Not quite the same: the floor under the deviation counts for more where there is less contrast.
        Assert.InRange(SmallFlcma.Difference(features, encoder.call((pictures * 0.4) + 0.3)), 0, 0.01f * largest);
        Assert.True(SmallFlcma.Difference(features, encoder.call(pictures.flip(4))) > 0.1f * largest);
        Assert.True(encoder.call(full([1, 1, 5, 16, 16], 0.5)).isfinite().all().item<bool>());
    }

    [Fact]
    public void Base_encoder_has_the_parameters_of_ResNet_18_with_a_3_D_stem()
    {
        using var encoder = new LipEncoder(FlcmaConfig.Base);
        // torchvision's resnet18: 11,689,512; less its 2-D stem (3·64·7·7) and its 1,000-way classifier; and the 3-D stem.
        Assert.Equal(
            11_689_512 - (3 * 64 * 49) - (513 * 1000) + (3 * 64 * 5 * 49), encoder.parameters().Sum(parameter => parameter.numel()));
    }
}
