namespace AVServer.Signal.Tests;

[Trait("Category", "golden")]
public sealed class FbankGoldenTests
{
    /// <summary>Logarithms of float sums in another order; a wrong window or band differs by more than 0.01.</summary>
    private const double Tolerance = 1e-3;

    public static TheoryData<string, FbankOptions> Sets => new()
    {
        { "fbank-80", new FbankOptions() },
        { "fbank-80-edges", new FbankOptions { SnipEdges = false } },
        { "fbank-40-hamming", new FbankOptions { Mels = 40, Window = FrameWindow.Hamming, LowHz = 60, HighHz = -400 } },
        { "fbank-40-8k-edges", new FbankOptions { Mels = 40, SampleRateHz = 8000, SnipEdges = false } },
        { "fbank-23-hanning-dc", new FbankOptions { Mels = 23, Window = FrameWindow.Hanning, RemoveDcOffset = false, Preemphasis = 0 } },
    };

    [Theory]
    [MemberData(nameof(Sets))]
    public void Fbank_equals_torchaudio(string set, FbankOptions options)
    {
        float[] samples = GoldenSignal.Samples("kaldi-features", "signal.s16");

        float[] got = Fbank.Compute(samples, options);

        Assert.InRange(GoldenSignal.MaxDifference(GoldenSignal.Floats("kaldi-features", set + ".f32"), got), 0, Tolerance);
    }
}
