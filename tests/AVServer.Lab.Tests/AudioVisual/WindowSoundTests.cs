using AVServer.Lab.Augmentation;
using AVServer.Lab.Data;

namespace AVServer.Lab.Tests.AudioVisual;

[Trait("Category", "unit")]
public sealed class WindowSoundTests
{
    private static readonly WindowSound Sounds = new(MadeUp.Noise());
    private static readonly AudioVisualClip Clip = MadeUp.Clip("again", 3);
    private static readonly LipRecording Recording = MadeUp.Recording(Clip);

    private static float Rms(float[] samples, double from, double to) =>
        Waveform.Rms(samples.AsSpan((int)(from * 16_000)..(int)(to * 16_000)));

    [Fact]
    public void What_is_not_shown_is_a_quiet_floor_and_never_silence()
    {
        var window = WindowPlan.RecordedWindow(Clip, 0.3) with { From = Clip.Words[^1].StartSeconds };
        var samples = Sounds.At(null, Recording, window, new Random(1));
        Assert.Equal(AudioVisualWindow.Samples, samples.Length);
        var (before, word) = (Rms(samples, 0, 1.5), Rms(samples, AudioVisualWindow.Seconds - 0.6, AudioVisualWindow.Seconds - 0.35));
        Assert.InRange(before / word, 0.0005, 0.012);
    }

    [Theory]
    [InlineData(20)]
    [InlineData(0)]
    [InlineData(-15)]
    public void Noise_lies_at_the_ratio_that_was_asked_for(double snr)
    {
        var window = WindowPlan.RecordedWindow(Clip, 0.5);
        var samples = Sounds.At(snr, Recording, window, new Random(2));
        // The last half second is noise alone, the word before it speech and noise.
        var noise = Rms(samples, 2.1, 2.5);
        var both = Rms(samples, AudioVisualWindow.Seconds - 0.8, AudioVisualWindow.Seconds - 0.55);
        var speech = Math.Sqrt(Math.Max(1e-12, (both * both) - (noise * noise)));
        if (snr >= 0) Assert.InRange(20 * Math.Log10(speech / noise), snr - 3, snr + 3);
        else Assert.InRange(both / noise, 0.8, 1.25);
    }

    [Fact]
    public void Faster_speech_is_shorter_and_the_word_still_ends_at_its_place()
    {
        var window = WindowPlan.RecordedWindow(Clip, 0.4) with { From = Clip.Words[^1].StartSeconds };
        var still = new SoundRecipe(0, 0, 0, 0, 0, 0);
        double Length(double speed)
        {
            var samples = Sounds.Augmented(still, Recording, null, window, speed, new Random(3));
            var (start, end) = SpeechEdges.Find(samples);
            Assert.InRange(end / 16_000.0, AudioVisualWindow.Seconds - 0.43, AudioVisualWindow.Seconds - 0.37);
            return (end - start) / 16_000.0;
        }
        Assert.InRange(Length(1) / Length(1.25), 1.15, 1.35);
    }

    [Fact]
    public void Recording_before_is_heard()
    {
        var other = MadeUp.Clip("now", 5);
        var window = WindowPlan.RecordedWindow(Clip, 0.3) with
        {
            From = Clip.Words[^1].StartSeconds,
            Before = other,
            BeforeEnd = other.Words[^2].EndSeconds
        };
        var still = new SoundRecipe(0, 0, 0, 0, 0, 0);
        var samples = Sounds.Augmented(still, Recording, MadeUp.Recording(other), window, 1, new Random(4));
        var word = Clip.Words[^1].EndSeconds - Clip.Words[^1].StartSeconds;
        var cut = AudioVisualWindow.Seconds - 0.3 - word;
        Assert.True(Rms(samples, cut - 0.3, cut - 0.05) > 0.5 * Rms(samples, cut + 0.05, cut + 0.2));
    }
}
