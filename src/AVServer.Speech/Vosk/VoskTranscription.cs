using System.Buffers;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace AVServer.Speech.Vosk;

/// <summary>
/// One recogniser. Vosk counts time from the recogniser's beginning over all utterances; here it counts from the utterance's.
/// </summary>
internal sealed class VoskTranscription : ITranscription
{
    public const int SampleRateHz = 16_000;

    private readonly Action _onClosed;
    private readonly List<SpokenWord> _words = [];
    private IntPtr _recogniser;
    private long _heard;
    private long _utteranceStart;
    private long _settled;

    public VoskTranscription(IntPtr recogniser, Action onClosed)
    {
        (_recogniser, _onClosed) = (recogniser, onClosed);
        VoskLibrary.SetWords(recogniser, 1);
    }

    public string Partial
    {
        get
        {
            ObjectDisposedException.ThrowIf(_recogniser == IntPtr.Zero, this);
            using var result = Parse(VoskLibrary.PartialResult(_recogniser));
            var partial = result.RootElement.TryGetProperty("partial", out var text) ? text.GetString() : null;
            return string.Join(' ', _words.Select(word => word.Word).Append(partial).Where(part => !string.IsNullOrEmpty(part)));
        }
    }

    public void Accept(ReadOnlySpan<float> samples)
    {
        ObjectDisposedException.ThrowIf(_recogniser == IntPtr.Zero, this);
        var rented = ArrayPool<short>.Shared.Rent(samples.Length);
        try
        {
            var pcm = rented.AsSpan(0, samples.Length);
            for (var i = 0; i < pcm.Length; i++)
                pcm[i] = (short)Math.Clamp(MathF.Round(samples[i] * 32768), short.MinValue, short.MaxValue);
            _heard += pcm.Length;
            // It ends phrases by itself too; the utterance goes on.
            if (VoskLibrary.Accept(_recogniser, pcm, pcm.Length) > 0) Take(VoskLibrary.Result(_recogniser));
        }
        finally
        {
            ArrayPool<short>.Shared.Return(rented);
        }
    }

    public void Settle()
    {
        ObjectDisposedException.ThrowIf(_recogniser == IntPtr.Zero, this);
        if (_heard > _settled) Take(VoskLibrary.FinalResult(_recogniser));
        _settled = _heard;
    }

    public IReadOnlyList<SpokenWord> Finish()
    {
        Settle();
        SpokenWord[] words = [.. _words];
        _words.Clear();
        _utteranceStart = _heard;
        return words;
    }

    public void Dispose()
    {
        if (_recogniser == IntPtr.Zero) return;
        VoskLibrary.FreeRecogniser(_recogniser);
        _recogniser = IntPtr.Zero;
        _onClosed();
    }

    private void Take(IntPtr json)
    {
        using var result = Parse(json);
        if (!result.RootElement.TryGetProperty("result", out var words)) return;
        var (origin, length) = ((double)_utteranceStart / SampleRateHz, (double)(_heard - _utteranceStart) / SampleRateHz);
        foreach (var word in words.EnumerateArray())
            _words.Add(
                new SpokenWord(
                    word.GetProperty("word").GetString()
                        ?? "", Time("start", word), Time("end", word), word.GetProperty("conf").GetSingle()));

        TimeSpan Time(string name, JsonElement word) =>
            TimeSpan.FromSeconds(Math.Clamp(word.GetProperty(name).GetDouble() - origin, 0, length));
    }

    private static JsonDocument Parse(IntPtr json) => JsonDocument.Parse(Marshal.PtrToStringUTF8(json) ?? "{}");
}
