using AVServer.Lab.Augmentation;
using AVServer.Lab.Data;

namespace AVServer.Lab.Tests;

[Trait("Category", "unit")]
public sealed class AugmentationTests
{
    private static float[] Noise(int seed, int count, float level = 0.1f)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => level * ((2 * random.NextSingle()) - 1))];
    }

    [Theory]
    [InlineData(20)]
    [InlineData(0)]
    [InlineData(-5)]
    public void Noise_is_mixed_at_the_stated_ratio(double snrDb)
    {
        var signal = Noise(1, 32_000);
        var mixed = signal.ToArray();
        NoiseMixer.Mix(mixed, Noise(2, 9_000, 0.7f), 123, snrDb);
        var added = mixed.Zip(signal, (with, without) => with - without).ToArray();
        Assert.Equal(snrDb, 20 * Math.Log10(Waveform.ActiveRms(signal) / Waveform.Rms(added)), 1);
    }

    [Fact]
    public void Silence_around_a_word_does_not_lower_its_level()
    {
        var word = Noise(3, 8_000);
        float[] padded = [.. new float[16_000], .. word, .. new float[16_000]];
        Assert.Equal(Waveform.Rms(word), Waveform.ActiveRms(padded), 2);
    }

    [Fact]
    public void Room_equals_convolution_by_definition()
    {
        var signal = Noise(4, 900);
        float[] response = [0, 1, 0.5f, -0.25f, .. Noise(5, 60, 0.1f)];
        var wet = signal.ToArray();
        RoomSimulator.Apply(wet, response);
        var expected = new float[signal.Length];
        for (var n = 0; n < expected.Length; n++)
            for (var k = 0; k < response.Length; k++)
                if (n + 1 - k >= 0 && n + 1 - k < signal.Length) expected[n] += response[k] * signal[n + 1 - k];
        var scale = Waveform.Rms(signal) / Waveform.Rms(expected);
        for (var n = 0; n < expected.Length; n++) Assert.Equal(expected[n] * scale, wet[n], 1e-4f);
    }

    [Theory]
    [InlineData(1_000, -1.5, 0.5)]
    [InlineData(6_000, -90, -15)]
    public void Telephone_keeps_its_band_alone(double hz, double leastDb, double mostDb)
    {
        var sine = Enumerable.Range(0, 16_000).Select(i => 0.5f * MathF.Sin((float)(2 * Math.PI * hz * i / 16_000))).ToArray();
        var heard = sine.ToArray();
        TelephoneBand.Apply(heard, new Random(1));
        Assert.InRange(20 * Math.Log10(Waveform.Rms(heard.AsSpan(800)) / Waveform.Rms(sine)), leastDb, mostDb);
    }

    [Fact]
    public void Low_level_is_quieter_and_stands_on_steps_of_16_bits()
    {
        var sound = Noise(6, 4_000, 0.5f);
        var heard = sound.ToArray();
        LevelDrop.Apply(heard, 20);
        Assert.Equal(Waveform.Rms(sound) / 10, Waveform.Rms(heard), 4);
        Assert.All(heard, sample => Assert.Equal(MathF.Round(sample * 32_768), sample * 32_768, 1e-3f));
    }

    [Fact]
    public void Faster_is_shorter_and_higher()
    {
        var sine = Enumerable.Range(0, 16_000).Select(i => MathF.Sin(2 * MathF.PI * 440 * i / 16_000)).ToArray();
        var fast = Waveform.ChangeSpeed(sine, 1.25);
        Assert.Equal(12_800, fast.Length);
        var crossings = fast.Zip(fast.Skip(1), (a, b) => a < 0 && b >= 0).Count(up => up);
        Assert.InRange(crossings, 438, 441);
    }

    [Fact]
    public void Example_depends_on_its_seed_alone_and_keyword_lies_inside()
    {
        Clip[] clips =
        [
            new("a", "word", "x", Split.Train, ClipRole.Keyword, 0..24_000, new WordTimes(0.4, 1.0)),
            new("a", "other", "y", Split.Train, ClipRole.Filler, 0..24_000),
            new("b", "hum", "", Split.Train, ClipRole.Noise, 0..24_000),
        ];
        var composer = new ExampleComposer(new ExampleRecipe(), clips, clip => Noise(clip.Path.Length, 24_000));
        var (words, fillers) = (0, 0);
        for (var seed = 0; seed < 60; seed++)
        {
            var example = composer.Compose(seed);
            Assert.Equal(composer.Compose(seed).Samples, example.Samples);
            Assert.Equal(48_000, example.Samples.Length);
            if (example.Word is { } word)
            {
                words++;
                Assert.InRange(word.StartSeconds, 0, word.EndSeconds);
                Assert.InRange(word.EndSeconds, word.StartSeconds + 0.4, 3.0);
            }
            else fillers++;
        }
        Assert.InRange(words, 10, 35);
        Assert.InRange(fillers, 25, 50);
    }
}
