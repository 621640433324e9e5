using AVServer.TestKit;

namespace AVServer.Pipeline.Tests.Words;

[Trait("Category", "unit")]
public sealed class BackgroundAudioTests
{
    private static readonly float[][] Recordings =
    [
        SyntheticSpeech.Create(1, TimeSpan.FromSeconds(3)),
        SyntheticSpeech.Create(2, TimeSpan.FromSeconds(0.7)),
        SyntheticSpeech.Create(3, TimeSpan.FromSeconds(2)),
    ];

    private static readonly byte[] File = BackgroundAudio.Write(Recordings, 16_000);

    [Fact]
    public void Recordings_come_back_where_they_were_and_nearly_as_they_were()
    {
        var sounds = BackgroundAudio.Parse(File);

        Assert.Equal(3, sounds.Count);
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(Recordings[i].Length, sounds.Length(i));
            var whole = Read(sounds, i, 0, Recordings[i].Length);
            Assert.Equal(0, Lag(Recordings[i], whole));
            var correlation = Correlation(Recordings[i], whole, 0);
            Assert.True(correlation > 0.9, $"recording {i} correlates by {correlation:F2}");
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(500)]
    [InlineData(959)]
    [InlineData(20_001)]
    public void Stretch_is_what_the_whole_has_there(int first)
    {
        var sounds = BackgroundAudio.Parse(File);
        var whole = Read(sounds, 0, 0, Recordings[0].Length);
        var stretch = Read(sounds, 0, first, 12_000);

        Assert.True(Correlation(whole[first..(first + 12_000)], stretch, 0) > 0.995);
    }

    [Fact]
    public void Before_the_beginning_and_behind_the_end_there_is_silence()
    {
        var sounds = BackgroundAudio.Parse(File);
        var around = Read(sounds, 1, -1_000, Recordings[1].Length + 5_000);

        Assert.All(around[..1_000], sample => Assert.Equal(0, sample));
        Assert.All(around[(1_000 + Recordings[1].Length)..], sample => Assert.Equal(0, sample));
        Assert.Contains(around, sample => Math.Abs(sample) > 0.01);
    }

    [Fact]
    public void File_that_ends_early_or_is_another_is_refused()
    {
        Assert.Throws<InvalidDataException>(() => BackgroundAudio.Parse(File[..^1]));
        Assert.Throws<InvalidDataException>(() => BackgroundAudio.Parse(File[..20]));
        Assert.Throws<InvalidDataException>(() => BackgroundAudio.Parse([255, 255, 255, 255, 0, 0]));
    }

    private static float[] Read(BackgroundAudio sounds, int recording, long first, int count)
    {
        var sound = new float[count];
        sounds.Read(recording, first, sound);
        return sound;
    }

    private static int Lag(float[] one, float[] other) => Enumerable.Range(-40, 81).MaxBy(lag => Correlation(one, other, lag));

    private static double Correlation(float[] one, float[] other, int lag)
    {
        var (product, a, b) = (0.0, 1e-9, 1e-9);
        for (var i = 40; i < Math.Min(one.Length, other.Length) - 40; i++)
            (product, a, b) = (product + (one[i] * other[i + lag]), a + (one[i] * one[i]), b + (other[i + lag] * other[i + lag]));
        return product / Math.Sqrt(a * b);
    }
}
