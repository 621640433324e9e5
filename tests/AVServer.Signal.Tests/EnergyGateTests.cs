using AVServer.TestKit;
namespace AVServer.Signal.Tests;

[Trait("Category", "unit")]
public sealed class EnergyGateTests
{
    private const int Rate = 16_000;
    private static readonly FbankOptions Options = new();

    [Fact]
    public void First_second_passes_and_silence_after_it_does_not()
    {
        bool[] open = Run(new float[5 * Rate]);

        Assert.All(open[..150], Assert.True);
        Assert.All(open[150..], Assert.False);
    }

    [Theory]
    [InlineData(-60)]
    [InlineData(-40)]
    [InlineData(-20)]
    public void Steady_noise_closes_the_gate(double noiseDbfs)
    {
        bool[] open = Run(SyntheticSound.Noise(new Random(1), 30 * Rate, noiseDbfs));

        Assert.InRange(open[150..].Count(x => x), 0, 30);
    }

    [Theory]
    [InlineData(-60, -75)]
    [InlineData(-45, -55)]
    [InlineData(-25, -30)]
    public void Quiet_voice_above_noise_is_covered_from_its_first_frame_to_its_last(double voiceDbfs, double noiseDbfs)
    {
        float[] sound = SyntheticSound.Noise(new Random(2), 6 * Rate, noiseDbfs), voice = SyntheticSound.Buzz(Rate, Rate / 2, voiceDbfs);
        for (int i = 0; i < voice.Length; i++) sound[4 * Rate + i] += voice[i];

        bool[] open = Run(sound);

        int opened = Array.IndexOf(open, true, 390);
        Assert.InRange(opened - new EnergyGateOptions().PrerollFrames, 0, 398);
        Assert.All(open[opened..450], Assert.True);
    }

    [Fact]
    public void Gate_stays_open_for_the_hangover_and_then_closes()
    {
        float[] sound = new float[6 * Rate];
        SyntheticSound.Buzz(Rate, Rate / 2, -30).CopyTo(sound, 3 * Rate);

        bool[] open = Run(sound);

        Assert.All(open[350..400], Assert.True);
        Assert.All(open[420..], Assert.False);
    }

    [Fact]
    public void Lasting_noise_is_learnt_in_time()
    {
        float[] sound = [.. SyntheticSound.Noise(new Random(3), 5 * Rate, -60), .. SyntheticSound.Noise(new Random(4), 25 * Rate, -40)];

        bool[] open = Run(sound);

        Assert.All(open[500..1000], Assert.True);
        Assert.InRange(open[2000..].Count(x => x), 0, 30);
    }

    [Fact]
    public void Reset_gate_answers_as_a_new_one()
    {
        float[] features = Fbank.Compute(SyntheticSound.Noise(new Random(5), 3 * Rate), Options);
        var gate = new EnergyGate(Options);
        bool[] first = Run(gate, features);

        gate.Reset();

        Assert.Equal(first, Run(gate, features));
    }

    [Fact]
    public void Next_allocates_nothing()
    {
        float[] features = Fbank.Compute(SyntheticSound.Noise(new Random(6), 10 * Rate), Options);
        var gate = new EnergyGate(Options);

        Assert.Equal(0, Allocations.LeastOf(() =>
        {
            for (int i = 0; i + 80 <= features.Length; i += 80) gate.Next(features.AsSpan(i, 80));
        }));
    }

    private static bool[] Run(float[] samples) => Run(new EnergyGate(Options), Fbank.Compute(samples, Options));

    private static bool[] Run(EnergyGate gate, float[] features)
    {
        var open = new bool[features.Length / Options.Mels];
        for (int i = 0; i < open.Length; i++) open[i] = gate.Next(features.AsSpan(i * Options.Mels, Options.Mels));
        return open;
    }
}
