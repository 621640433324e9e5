using System.Globalization;
using System.Runtime.InteropServices;

namespace AVServer.Lab.Data;

/// <summary>Corpora decoded once: 16 kHz mono 16-bit samples of all recordings in one file a corpus, and an index beside it.</summary>
/// <param name="folder">Folder of the cache.</param>
public sealed class CorpusCache(string folder)
{
    private readonly Dictionary<string, short[]> _samples = [];

    /// <summary>Decodes a corpus with ffmpeg unless the cache has it already.</summary>
    /// <param name="corpora">Folder of the corpora; <c>corpora/set/manifest.tsv</c> must exist.</param>
    /// <param name="set">Name of the corpus.</param>
    /// <param name="cancellationToken">Stops the work; the corpus is then not in the cache.</param>
    /// <returns>Whether it was decoded now.</returns>
    /// <exception cref="InvalidOperationException">A recording can't be decoded.</exception>
    public async Task<bool> DecodeAsync(string corpora, string set, CancellationToken cancellationToken)
    {
        if (Has(set)) return false;
        Directory.CreateDirectory(folder);
        var rows = CorpusManifest.Read(Path.Combine(corpora, set, "manifest.tsv"));
        await WriteAsync(set, Decoded(), cancellationToken);
        return true;

        async IAsyncEnumerable<(string, string, string, short[])> Decoded()
        {
            var (decoded, file) = ("", Array.Empty<short>());
            foreach (var row in rows)
            {
                // Recordings that share a file stand one after the other in the manifest.
                if (row.Path != decoded) (decoded, file) = (row.Path, await DecodeFileAsync(Path.Combine(corpora, set, row.Path), cancellationToken));
                yield return (row.Path, row.Label, row.Speaker, row.Seconds is { } seconds ? Cut(file, row.StartSeconds, seconds) : file);
            }
        }
    }

    /// <summary>Whether a corpus is in the cache.</summary>
    public bool Has(string set) => File.Exists(IndexPath(set));

    /// <summary>Puts a corpus into the cache.</summary>
    /// <param name="set">Name of the corpus.</param>
    /// <param name="recordings">Path, label, speaker and samples of each.</param>
    /// <param name="cancellationToken">Stops the work; the corpus is then not in the cache.</param>
    internal async Task WriteAsync(string set, IAsyncEnumerable<(string Path, string Label, string Speaker, short[] Samples)> recordings, CancellationToken cancellationToken)
    {
        await using var pcm = File.Create(PcmPath(set));
        var (lines, offset) = (new List<string>(), 0L);
        await foreach (var (path, label, speaker, samples) in recordings.WithCancellation(cancellationToken))
        {
            await pcm.WriteAsync(MemoryMarshal.AsBytes<short>(samples).ToArray(), cancellationToken);
            lines.Add(string.Create(CultureInfo.InvariantCulture, $"{path}\t{label}\t{speaker}\t{offset}\t{samples.Length}"));
            offset += samples.Length;
        }
        // The index last, under its final name: a cut-off run leaves no half corpus that looks whole.
        await File.WriteAllLinesAsync(IndexPath(set) + ".part", lines, cancellationToken);
        File.Move(IndexPath(set) + ".part", IndexPath(set));
    }

    /// <summary>The recordings of a decoded corpus.</summary>
    /// <exception cref="FileNotFoundException">It has not been decoded.</exception>
    public IReadOnlyList<CorpusRow> Rows(string set)
    {
        if (!File.Exists(IndexPath(set)))
            throw new FileNotFoundException($"Expected the decoded corpus {set} at {IndexPath(set)}, found none. Run 'av-lab prepare' first.", IndexPath(set));
        return [.. File.ReadLines(IndexPath(set)).Select(line =>
        {
            var fields = line.Split('\t');
            var start = int.Parse(fields[3], CultureInfo.InvariantCulture);
            return new CorpusRow(set, fields[0], fields[1], fields[2], start..(start + int.Parse(fields[4], CultureInfo.InvariantCulture)));
        })];
    }

    /// <summary>Samples of a recording, 16-bit; the cache's own memory.</summary>
    public ReadOnlySpan<short> Samples(string set, Range range)
    {
        if (!_samples.TryGetValue(set, out var all))
            _samples[set] = all = MemoryMarshal.Cast<byte, short>(File.ReadAllBytes(PcmPath(set))).ToArray();
        return all.AsSpan()[range];
    }

    /// <summary>Samples of a recording in [-1, 1).</summary>
    public float[] Read(Clip clip)
    {
        var samples = Samples(clip.Set, clip.Samples);
        var floats = new float[samples.Length];
        for (var i = 0; i < floats.Length; i++) floats[i] = samples[i] / 32768f;
        return floats;
    }

    private static async Task<short[]> DecodeFileAsync(string path, CancellationToken cancellationToken)
    {
        var bytes = await ExternalProgram.RunAsync(
            "ffmpeg",
            ["-v", "error", "-nostdin", "-threads", "1", "-i", path, "-map", "0:a:0", "-ac", "1", "-ar", "16000", "-f", "s16le", "-"],
            cancellationToken);
        return MemoryMarshal.Cast<byte, short>(bytes).ToArray();
    }

    private static short[] Cut(short[] file, double startSeconds, double seconds)
    {
        var start = Math.Min(file.Length, (int)(startSeconds * 16_000));
        return file[start..Math.Min(file.Length, start + (int)(seconds * 16_000))];
    }

    private string PcmPath(string set) => Path.Combine(folder, set + ".pcm");

    private string IndexPath(string set) => Path.Combine(folder, set + ".tsv");
}
