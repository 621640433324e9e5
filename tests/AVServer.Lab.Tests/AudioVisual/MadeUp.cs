using AVServer.Lab.Augmentation;
using AVServer.Lab.Data;
using AVServer.Lab.Training;
using AVServer.Vision;

namespace AVServer.Lab.Tests.AudioVisual;

/// <summary>Made-up recordings of 3 s: five words, and lips whose brightness tells the picture's number.</summary>
internal static class MadeUp
{
    public const string Keyword = "please";
    private const double Seconds = 3;

    /// <summary>A recording that ends with a word.</summary>
    public static AudioVisualClip Clip(string last, int number = 0, string talker = "a")
    {
        string[] texts = ["bin", "blue", "at", "two", last];
        // The sentence's length depends on the number, as people differ.
        var words = texts.Select(
            (text, i) => new AlignedWord(text, 0.3 + (i * (0.3 + (0.01 * number))), 0.3 + ((i + 1) * (0.3 + (0.01 * number))))).ToArray();
        var row = new LipRow(
            "made-up", $"{talker}/{number}", string.Join(' ', texts), talker, words, 0, (int)(Seconds * 16_000),
            (int)(Seconds * LipRecording.Fps), 75);
        return new AudioVisualClip(row.Path, talker, Split.Train, words, last == Keyword ? words[^1] : null, row);
    }

    /// <summary>Its sound and lips.</summary>
    public static LipRecording Recording(AudioVisualClip clip)
    {
        var samples = new short[clip.Row.SampleCount];
        foreach (var word in clip.Words)
            for (var i = (int)(word.StartSeconds * 16_000); i < (int)(word.EndSeconds * 16_000); i++)
                samples[i] = (short)(8_000 * Math.Sin(i * 0.2));
        var lips = new byte[clip.Row.PictureCount * LipRecording.PictureBytes];
        for (var i = 0; i < lips.Length; i++) lips[i] = (byte)(50 + (i / LipRecording.PictureBytes * 2) + (i % 7));
        return new LipRecording(
            samples, lips, [.. Enumerable.Repeat(true, clip.Row.PictureCount)],
            [.. Enumerable.Range(0, clip.Row.PictureCount * LipShape.Measures).Select(i => (float)Math.Sin(i))]);
    }

    /// <summary>Recordings of two talkers with the keyword and with other words.</summary>
    public static AudioVisualSet Set() =>
        new(
            [.. Enumerable.Range(0, 12).Select(i => Clip(i % 3 == 0 ? Keyword : i % 3 == 1 ? "again" : "now", i, i < 6 ? "a" : "b"))],
            Recording);

    /// <summary>Noise and babble made of noise.</summary>
    public static NoiseBank Noise()
    {
        var random = new Random(5);
        float[] Hiss() => [.. Enumerable.Range(0, 48_000).Select(_ => (random.NextSingle() * 0.2f) - 0.1f)];
        var talker = new Clip("made-up", "talker", "b", Split.Train, ClipRole.Filler, 0..48_000);
        return new NoiseBank([Hiss(), Hiss()], [talker], _ => Hiss(), [], seed: 1);
    }
}
