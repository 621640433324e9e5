namespace AVServer.Signal.Tests;

[Trait("Category", "unit")]
public sealed class FbankOptionsTests
{
    public static TheoryData<string, FbankOptions> Refused => new()
    {
        { nameof(FbankOptions.Dither), new FbankOptions { Dither = 1 } },
        { nameof(FbankOptions.SampleRateHz), new FbankOptions { SampleRateHz = 10 } },
        { nameof(FbankOptions.FrameLengthMs), new FbankOptions { FrameLengthMs = 1 } },
        { nameof(FbankOptions.HopMs), new FbankOptions { HopMs = 0 } },
        { nameof(FbankOptions.Mels), new FbankOptions { Mels = 0 } },
        { nameof(FbankOptions.LowHz), new FbankOptions { LowHz = 8000 } },
        { nameof(FbankOptions.HighHz), new FbankOptions { HighHz = 9000 } },
        { nameof(FbankOptions.Preemphasis), new FbankOptions { Preemphasis = float.NaN } },
        { nameof(FbankOptions.LogFloor), new FbankOptions { LogFloor = 0 } },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public void Option_out_of_range_is_refused_by_name(string option, FbankOptions options)
    {
        var error = Assert.Throws<ArgumentException>(() => new FbankComputer(options));

        Assert.Contains($"FbankOptions.{option}", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Bands_narrower_than_the_spectrum_are_refused()
    {
        var error = Assert.Throws<ArgumentException>(() => new FbankComputer(new FbankOptions { Mels = 200 }));

        Assert.Contains("use fewer bands", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, true, 0)]
    [InlineData(399, true, 0)]
    [InlineData(400, true, 1)]
    [InlineData(559, true, 1)]
    [InlineData(560, true, 2)]
    [InlineData(0, false, 0)]
    [InlineData(79, false, 0)]
    [InlineData(80, false, 1)]
    [InlineData(16_000, false, 100)]
    public void Frame_count_is_that_of_Kaldi(long samples, bool snipEdges, long frames) =>
        Assert.Equal(frames, new FbankOptions { SnipEdges = snipEdges }.ToGeometry().FrameCount(samples));
}
