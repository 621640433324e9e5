namespace AVServer.Signal.Tests;

[Trait("Category", "unit")]
public sealed class SoundLevelTests
{
    [Fact]
    public void Sine_of_full_scale_reads_3_dB_below_its_peak()
    {
        float[] sine = SyntheticSound.Sine(1_000, 16_000, 1_601, amplitude: 1);

        Assert.Equal(-3.01, SoundLevel.RmsDbfs(sine), 0.01);
        Assert.Equal(0, SoundLevel.PeakDbfs(sine), 0.01);
    }

    [Fact]
    public void Silence_reads_the_floor()
    {
        Assert.Equal(SoundLevel.FloorDbfs, SoundLevel.RmsDbfs(new float[100]));
        Assert.Equal(SoundLevel.FloorDbfs, SoundLevel.RmsDbfs([]));
        Assert.Equal(SoundLevel.FloorDbfs, SoundLevel.PeakDbfs([]));
    }
}
