namespace AVServer.Signal.Tests;

[Trait("Category", "golden")]
public sealed class MfccGoldenTests
{
    /// <summary>Logarithms of float sums in another order, then a lifted cosine sum of up to 40 of them.</summary>
    private const double Tolerance = 1e-3;

    public static TheoryData<string, MfccOptions> Sets => new()
    {
        { "mfcc-13", new MfccOptions { UseEnergy = false } },
        { "mfcc-13-energy", new MfccOptions() },
        { "mfcc-20-edges", new MfccOptions { Ceps = 20, Fbank = new() { Mels = 40, SnipEdges = false }, Lifter = 0, UseEnergy = false } },
        { "mfcc-13-8k-energy-edges",
            new MfccOptions { Fbank = new() { Mels = 23, SampleRateHz = 8000, SnipEdges = false }, EnergyFloor = 1 } },
    };

    [Theory]
    [MemberData(nameof(Sets))]
    public void Mfcc_equals_torchaudio(string set, MfccOptions options)
    {
        float[] samples = GoldenSignal.Samples("kaldi-features", "signal.s16");

        float[] got = Mfcc.Compute(samples, new MfccComputer(options));

        Assert.InRange(GoldenSignal.MaxDifference(GoldenSignal.Floats("kaldi-features", set + ".f32"), got), 0, Tolerance);
    }

    [Fact]
    public void Deltas_equal_those_of_Kaldi()
    {
        float[] got = Deltas.Append(GoldenSignal.Floats("kaldi-features", "mfcc-13.f32"), dim: 13);

        Assert.InRange(GoldenSignal.MaxDifference(GoldenSignal.Floats("kaldi-features", "mfcc-13-deltas.f32"), got), 0, 1e-4);
    }
}
