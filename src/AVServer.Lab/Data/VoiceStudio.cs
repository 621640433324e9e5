using System.Globalization;
using System.Runtime.InteropServices;

namespace AVServer.Lab.Data;

/// <summary>Has a voice speak and reshapes what it said; its files live in a folder of their own until it is disposed.</summary>
internal sealed class VoiceStudio : IDisposable
{
    // Arguments: source, target, then formants, pitch, range, duration as in VoiceShape; pitch is sought from 75 to 600 Hz.
    private const string ChangeGender = """
        form Change gender
         sentence source x
         sentence target y
         real formants 1.0
         real pitch 0
         real range 1.0
         real duration 1.0
        endform
        sound = Read from file: source$
        changed = Change gender: 75, 600, formants, pitch, range, duration
        Save as WAV file: target$
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("av-lab-voices-").FullName;
    private readonly string _script;
    private int _count;

    public VoiceStudio()
    {
        _script = Path.Combine(_folder, "change-gender.praat");
        File.WriteAllText(_script, ChangeGender);
    }

    /// <summary>One utterance in each of the shapes: 16 kHz mono samples; nothing for a shape that Praat can't make of it.</summary>
    public async Task<short[][]> SpeakAsync(SyntheticVoice voice, string text, int wordsPerMinute, IReadOnlyList<VoiceShape> shapes, CancellationToken cancellationToken)
    {
        var wav = NewFile();
        await voice.SayAsync(text, wordsPerMinute, wav, cancellationToken);
        var takes = new short[shapes.Count][];
        for (var i = 0; i < takes.Length; i++) takes[i] = await ShapeAsync(wav, shapes[i], cancellationToken);
        File.Delete(wav);
        return takes;
    }

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private async Task<short[]> ShapeAsync(string wav, VoiceShape shape, CancellationToken cancellationToken)
    {
        if (shape == VoiceShape.Unchanged) return await DecodeAsync(wav, cancellationToken);
        var shaped = NewFile();
        string[] numbers = [.. new[] { shape.Formants, shape.PitchHz, shape.PitchRange, shape.Duration }.Select(value => value.ToString("F3", CultureInfo.InvariantCulture))];
        await ExternalProgram.RunAsync("praat", ["--run", _script, wav, shaped, .. numbers], cancellationToken);
        // A hoarse or whispering voice may have no pitch that Praat finds; it then writes nothing.
        if (!File.Exists(shaped)) return [];
        var samples = await DecodeAsync(shaped, cancellationToken);
        File.Delete(shaped);
        return samples;
    }

    private static async Task<short[]> DecodeAsync(string wav, CancellationToken cancellationToken) =>
        MemoryMarshal.Cast<byte, short>(await ExternalProgram.RunAsync("ffmpeg", ["-v", "error", "-nostdin", "-i", wav, "-ac", "1", "-ar", "16000", "-f", "s16le", "-"], cancellationToken)).ToArray();

    private string NewFile() => Path.Combine(_folder, FormattableString.Invariant($"{Interlocked.Increment(ref _count)}.wav"));
}
