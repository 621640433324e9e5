using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using AVServer.Contracts;
using AVServer.Media;

namespace AVServer.Cli;

/// <summary>Sound as the chunks of a stream.</summary>
internal static class PcmSource
{
    private static readonly TimeSpan ChunkLength = TimeSpan.FromMilliseconds(80);

    /// <summary>What the chunks of a file are announced as.</summary>
    public static MediaHello FileHello { get; } = new(MediaHello.CurrentProtocol, new AudioFormat("pcm_f32le", DecodedFormat.SampleRateHz));

    /// <summary>A decoded file, at its own speed where a clock is given; what is wrong with it is said to people.</summary>
    /// <exception cref="MediaException">The file can't be decoded.</exception>
    public static async IAsyncEnumerable<MediaChunk> Read(
        MediaFile files, string path, TimeProvider? pace, TextWriter error, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var samples = await files.ReadAudioAsync(
            path, DecodedFormat.SampleRateHz, warning => error.WriteLine($"av: {path}: {warning.Message}"), cancellationToken);
        var length = (int)(ChunkLength.TotalSeconds * DecodedFormat.SampleRateHz);
        var started = pace?.GetTimestamp() ?? 0;
        for (var at = 0; at < samples.Length; at += length)
        {
            var part = samples.AsMemory(at, Math.Min(length, samples.Length - at));
            if (pace is not null)
            {
                // A microphone hands a chunk over when its last sample was heard.
                var due = TimeSpan.FromSeconds((double)(at + part.Length) / DecodedFormat.SampleRateHz) - pace.GetElapsedTime(started);
                if (due > TimeSpan.Zero) await Task.Delay(due, pace, cancellationToken);
            }
            yield return new MediaChunk(
                MediaKind.Audio, TimeSpan.FromSeconds((double)at / DecodedFormat.SampleRateHz), MemoryMarshal.AsBytes(part.Span).ToArray());
        }
    }

    /// <summary>PCM as it comes, to its end; half a sample at the end is left out.</summary>
    public static async IAsyncEnumerable<MediaChunk> Read(
        Stream pcm, AudioFormat format, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var sampleBytes = sizeof(short) * format.Channels;
        var chunkBytes = (int)(ChunkLength.TotalSeconds * format.SampleRate) * sampleBytes;
        for (long frames = 0; ;)
        {
            var payload = new byte[chunkBytes];
            var read = await pcm.ReadAtLeastAsync(
                payload, chunkBytes, throwOnEndOfStream: false, cancellationToken) / sampleBytes * sampleBytes;
            if (read == 0) yield break;
            yield return new MediaChunk(
                MediaKind.Audio, TimeSpan.FromSeconds((double)frames / format.SampleRate), payload.AsMemory(0, read));
            frames += read / sampleBytes;
        }
    }
}
