using AVServer.Lab.Training;
using AVServer.Signal;

namespace AVServer.Lab.Tests.AudioVisual;

[Trait("Category", "unit")]
public sealed class VocalTractTests
{
    private const int Mels = 80;

    [Theory]
    [InlineData(1.2)]
    [InlineData(0.85)]
    public void Tone_moves_by_the_factor(double factor)
    {
        var warped = Tone(1_000);
        VocalTract.Warp(warped, Mels, factor);
        Assert.InRange(Loudest(warped) - Loudest(Tone(1_000 * factor)), -1, 1);
    }

    [Fact]
    public void Factor_of_one_changes_nothing_and_the_highest_band_stays()
    {
        var warped = Tone(2_500);
        VocalTract.Warp(warped, Mels, 1);
        Assert.All(warped.Zip(Tone(2_500)), pair => Assert.Equal(pair.Second, pair.First, 0.02f));

        float[] rising = [.. Enumerable.Range(0, Mels).Select(band => (float)band)];
        VocalTract.Warp(rising, Mels, 1.2);
        Assert.Equal(Mels - 1, rising[^1], 0.5f);
        Assert.True(rising.Zip(rising.Skip(1)).All(pair => pair.Second > pair.First));
    }

    private static float[] Tone(double hz)
    {
        var samples = new float[400];
        for (var i = 0; i < samples.Length; i++) samples[i] = (float)(0.3 * Math.Sin(2 * Math.PI * hz * i / 16_000));
        return Fbank.Compute(samples, new FbankComputer(new FbankOptions()));
    }

    private static int Loudest(float[] frame) => Array.IndexOf(frame, frame.Max());
}
