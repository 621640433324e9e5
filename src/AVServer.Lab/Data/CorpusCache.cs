using System.Globalization;
using System.Runtime.InteropServices;
using AVServer.Media;

namespace AVServer.Lab.Data;

/// <summary>Corpora decoded once: 16 kHz mono 16-bit samples of all recordings in one file a corpus, and an index beside it.</summary>
/// <param name="folder">Folder of the cache.</param>
public sealed class CorpusCache(string folder)
{
    private const int SampleRateHz = 16_000;
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
        var rows = CorpusManifest.Read(Path.Combine(corpora, set, "manifest.tsv")).ToList();
        await WriteAsync(set, Decoded(), cancellationToken);
        return true;

        async IAsyncEnumerable<(string, string, string, short[])> Decoded()
        {
            var next = 0;
            var paths = rows.Select(row => Path.Combine(corpora, set, row.Path)).Distinct();
            await foreach (var file in new MediaFile(new MediaOptions()).ReadManyAsync(paths, SampleRateHz, cancellationToken))
            {
                if (file.Samples is not { } samples)
                    throw new InvalidOperationException($"Expected {file.Path} to be sound, it can't be decoded: {file.Fault?.Message}");
                // Recordings that share a file stand one after the other in the manifest.
                for (; next < rows.Count && Path.Combine(corpora, set, rows[next].Path) == file.Path; next++)
                    yield return (rows[next].Path, rows[next].Label, rows[next].Speaker, ToInt16(Cut(samples, rows[next])));
            }
        }
    }

    /// <summary>Whether a corpus is in the cache.</summary>
    public bool Has(string set) => File.Exists(IndexPath(set));

    /// <summary>Puts a corpus into the cache.</summary>
    /// <param name="set">Name of the corpus.</param>
    /// <param name="recordings">Path, label, speaker and samples of each.</param>
    /// <param name="cancellationToken">Stops the work; the corpus is then not in the cache.</param>
    internal async Task WriteAsync(
        string set, IAsyncEnumerable<(string Path, string Label, string Speaker, short[] Samples)> recordings,
        CancellationToken cancellationToken)
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
            throw new FileNotFoundException(
                $"Expected the decoded corpus {set} at {IndexPath(set)}, found none. Run 'av-lab prepare' first.", IndexPath(set));
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

    private static ReadOnlySpan<float> Cut(float[] file, CorpusManifestRow row)
    {
        if (row.Seconds is not { } seconds) return file;
        var start = Math.Min(file.Length, (int)(row.StartSeconds * SampleRateHz));
        return file.AsSpan(start, Math.Min(file.Length - start, (int)(seconds * SampleRateHz)));
    }

    private static short[] ToInt16(ReadOnlySpan<float> samples)
    {
        var whole = new short[samples.Length];
        for (var i = 0; i < whole.Length; i++)
            whole[i] = (short)Math.Clamp(MathF.Round(samples[i] * 32768), short.MinValue, short.MaxValue);
        return whole;
    }

    private string PcmPath(string set) => Path.Combine(folder, set + ".pcm");

    private string IndexPath(string set) => Path.Combine(folder, set + ".tsv");
}
