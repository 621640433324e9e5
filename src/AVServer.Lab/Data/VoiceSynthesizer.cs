using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using AVServer.Media;

namespace AVServer.Lab.Data;

/// <summary>Has a voice speak and Praat reshape what it or somebody said; its files live in a folder of their own until it is disposed.</summary>
internal sealed class VoiceSynthesizer : IDisposable
{
    private const int LowestPitchHz = 75, HighestPitchHz = 600;
    private readonly string _folder = Directory.CreateTempSubdirectory("av-lab-voices-").FullName;
    private readonly MediaFile _media = new(new MediaOptions());
    private int _count;

    /// <summary>One utterance in each of the shapes: 16 kHz mono samples; nothing for a shape that Praat can't make of it.</summary>
    public async Task<short[][]> SynthesizeAsync(SyntheticVoice voice, string text, int wordsPerMinute, IReadOnlyList<VoiceShape> shapes, CancellationToken cancellationToken)
    {
        var take = Path.Combine(_folder, FormattableString.Invariant($"{Interlocked.Increment(ref _count)}"));
        await voice.SynthesizeAsync(text, wordsPerMinute, take + ".wav", cancellationToken);
        await File.WriteAllTextAsync(take + ".praat", Script($"Read from file: \"{take}.wav\"\nConvert to mono\nvoice = Resample: 16000, 50\n", take, shapes), cancellationToken);
        await ExternalProgram.RunAsync("praat", ["--run", take + ".praat"], cancellationToken);
        var takes = new short[shapes.Count][];
        for (var i = 0; i < takes.Length; i++) takes[i] = await ReadAsync(Shaped(take, i), cancellationToken);
        return takes;
    }

    /// <summary>A recording in another shape: 16 kHz mono samples; none where Praat can't make it.</summary>
    public async Task<short[]> ReshapeAsync(short[] samples, VoiceShape shape, CancellationToken cancellationToken)
    {
        var take = Path.Combine(_folder, FormattableString.Invariant($"{Interlocked.Increment(ref _count)}"));
        await File.WriteAllBytesAsync(take + ".raw", MemoryMarshal.AsBytes<short>(samples).ToArray(), cancellationToken);
        await File.WriteAllTextAsync(take + ".praat", Script($"Read Sound from raw 16-bit Little Endian file: \"{take}.raw\"\nOverride sampling frequency: 16000\nvoice = selected ()\n", take, [shape]), cancellationToken);
        await ExternalProgram.RunAsync("praat", ["--run", take + ".praat"], cancellationToken);
        return await ReadAsync(Shaped(take, 0), cancellationToken);
    }

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <param name="open">Lines that leave the sound in the variable <c>voice</c>.</param>
    /// <param name="take">Beginning of the files' names.</param>
    /// <param name="shapes">What to make of it.</param>
    private static string Script(string open, string take, IReadOnlyList<VoiceShape> shapes)
    {
        var script = new StringBuilder(open);
        for (var i = 0; i < shapes.Count; i++)
        {
            var (shape, save) = (shapes[i], $"Save as WAV file: \"{Shaped(take, i)}\"\n");
            script.Append("selectObject: voice\n");
            if (shape == VoiceShape.Unchanged)
            {
                script.Append(save);
                continue;
            }
            script.Append(CultureInfo.InvariantCulture, $"nocheck Change gender: {LowestPitchHz}, {HighestPitchHz}, {shape.Formants:F3}, {shape.PitchHz:F1}, {shape.PitchRange:F3}, {shape.Duration:F3}\n");
            // A voice may have no pitch that Praat finds: nothing new is selected then.
            script.Append("if selected () <> voice\n").Append(save).Append("endif\n");
        }
        return script.ToString();
    }

    private async Task<short[]> ReadAsync(string wav, CancellationToken cancellationToken)
    {
        if (!File.Exists(wav)) return [];
        var samples = await _media.ReadAudioAsync(wav, 16_000, cancellationToken);
        return Array.ConvertAll(samples, sample => (short)Math.Clamp(MathF.Round(sample * 32768), short.MinValue, short.MaxValue));
    }

    private static string Shaped(string take, int shape) => FormattableString.Invariant($"{take}-{shape}.wav");
}
