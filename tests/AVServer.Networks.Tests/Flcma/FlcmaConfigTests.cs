using AVServer.Networks.Flcma;

namespace AVServer.Networks.Tests.Flcma;

[Trait("Category", "unit")]
public sealed class FlcmaConfigTests
{
    public static TheoryData<FlcmaConfig, string> Wrong => new()
    {
        { FlcmaConfig.Small with { RoiSize = 8 }, "at least 16 for RoiSize, got 8" },
        { FlcmaConfig.Small with { Heads = 5 }, "5 heads divide, got 96" },
        { FlcmaConfig.Small with { Heads = 3, Dim = 63 }, "even Dim" },
        { FlcmaConfig.Small with { ConvolutionKernel = 14 }, "odd ConvolutionKernel, got 14" },
        { FlcmaConfig.Small with { AudioFrames = 255 }, "four fbank frames for each of 64 video frames, got 255" },
        { FlcmaConfig.Small with { Dropout = 1 }, "below 1 for Dropout, got 1" },
        { FlcmaConfig.Small with { LipMeasures = -1 }, "at least 0 for LipMeasures, got -1" },
        { FlcmaConfig.Small with { Blocks = 0 }, "at least 1 for Blocks, got 0" },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void Wrong_size_is_named(FlcmaConfig config, string message) =>
        Assert.Contains(message, Assert.ThrowsAny<ArgumentException>(config.Validate).Message);

    [Fact]
    public void Presets_are_valid_and_of_the_published_size()
    {
        FlcmaConfig.Base.Validate();
        FlcmaConfig.Small.Validate();
        Assert.Equal(FlcmaConfig.Base.LipFeatures, FlcmaConfig.Base.LipValues);
        Assert.Equal(FlcmaConfig.Small.LipFeatures + 20, FlcmaConfig.Small.LipValues);
        Assert.Equal((512, 64, 256), (FlcmaConfig.Base.LipFeatures, FlcmaConfig.Base.VideoFrames, FlcmaConfig.Base.AudioFrames));
    }
}
