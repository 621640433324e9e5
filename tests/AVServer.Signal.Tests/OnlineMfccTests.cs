using AVServer.TestKit;
namespace AVServer.Signal.Tests;

[Trait("Category", "unit")]
public sealed class OnlineMfccTests
{
    [Fact]
    public void Any_chunking_gives_the_same_vectors_bit_for_bit()
    {
        var computer = new MfccComputer(new MfccOptions { Fbank = new() { Mels = 23, SnipEdges = false } });
        var random = new Random(1);
        float[] samples = SyntheticSound.Noise(random, 16_001);
        var online = new OnlineMfcc(computer);
        List<float> got = [];
        var ceps = new float[computer.Dim];

        for (int at = 0; at < samples.Length;)
        {
            int take = Math.Min(samples.Length - at, random.Next(1, 700));
            online.AcceptSamples(samples.AsSpan(at, take));
            at += take;
            if (at == samples.Length) online.InputFinished();
            while (online.TryRead(ceps)) got.AddRange(ceps);
        }

        Assert.Equal(Mfcc.Compute(samples, computer), got);
    }

    [Fact]
    public void Thousand_vectors_allocate_nothing()
    {
        var online = new OnlineMfcc(new MfccComputer(new MfccOptions()), chunkSamples: 1600);
        float[] chunk = SyntheticSound.Noise(new Random(2), 1600), ceps = new float[13];

        Assert.Equal(0, Allocations.LeastOf(() =>
        {
            for (int i = 0; i < 100; i++)
            {
                online.AcceptSamples(chunk);
                while (online.TryRead(ceps)) { }
            }
        }));
    }

    [Fact]
    public void More_coefficients_than_bands_are_refused() =>
        Assert.Throws<ArgumentException>(() => new MfccComputer(new MfccOptions { Ceps = 24 }));
}
