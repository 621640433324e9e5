using System.Globalization;
using System.Runtime.InteropServices;
using AVServer.Vision;

namespace AVServer.Lab.Data;

/// <summary>
/// Audio-visual corpora read once: the sound and the lips of all recordings in one file a corpus, and an index beside it.
/// </summary>
/// <param name="folder">Folder of the cache.</param>
public sealed class LipCache(string folder)
{
    /// <summary>Reads a corpus unless the cache has it already.</summary>
    /// <param name="corpora">Folder of the corpora; <c>corpora/set/manifest.tsv</c> names the recordings and their word times.</param>
    /// <param name="set">Name of the corpus.</param>
    /// <param name="read">Reads one recording's file; called from several threads.</param>
    /// <param name="progress">Told the number of recordings read so far.</param>
    /// <param name="cancellationToken">Stops the work; the corpus is then not in the cache.</param>
    /// <returns>Whether it was read now.</returns>
    public async Task<bool> MakeAsync(
        string corpora, string set, Func<string, CancellationToken, Task<LipRecording>> read, Action<int> progress,
        CancellationToken cancellationToken)
    {
        if (File.Exists(IndexPath(set))) return false;
        Directory.CreateDirectory(folder);
        var root = Path.Combine(corpora, set);
        var manifest = CorpusManifest.Read(Path.Combine(root, "manifest.tsv")).ToArray();
        var recordings = new LipRecording[manifest.Length];
        var done = 0;
        var options = new ParallelOptions { MaxDegreeOfParallelism = 2, CancellationToken = cancellationToken };
        await Parallel.ForAsync(0, manifest.Length, options, async (i, token) =>
        {
            recordings[i] = await read(Path.Combine(root, manifest[i].Path), token);
            progress(Interlocked.Increment(ref done));
        });
        await using var bytes = File.Create(FilePath(set));
        var lines = new List<string>();
        foreach (var (row, recording) in manifest.Zip(recordings))
        {
            lines.Add(Line(row, AlignmentOf(root, row.Alignment), recording, bytes.Position));
            bytes.Write(MemoryMarshal.AsBytes<short>(recording.Samples));
            bytes.Write(recording.Lips);
            bytes.Write(MemoryMarshal.AsBytes<bool>(recording.Seen));
            bytes.Write(MemoryMarshal.AsBytes<float>(recording.Shapes));
        }
        // The index last, under its final name: a cut-off run leaves no half corpus that looks whole.
        await File.WriteAllLinesAsync(IndexPath(set) + ".part", lines, cancellationToken);
        File.Move(IndexPath(set) + ".part", IndexPath(set));
        return true;
    }

    /// <summary>The recordings of a corpus.</summary>
    /// <exception cref="FileNotFoundException">It has not been read.</exception>
    public IReadOnlyList<LipRow> Rows(string set)
    {
        if (!File.Exists(IndexPath(set)))
            throw new FileNotFoundException(
                $"Expected the lips of {set} at {IndexPath(set)}, found none. Run 'av-lab prepare' first.", IndexPath(set));
        return [.. File.ReadLines(IndexPath(set)).Select(line => Row(set, line.Split('\t')))];
    }

    /// <summary>Reads a recording from the cache.</summary>
    public LipRecording Read(LipRow row)
    {
        using var file = File.OpenRead(FilePath(row.Set));
        file.Position = row.Offset;
        var recording = new LipRecording(
            new short[row.SampleCount], new byte[row.PictureCount * LipRecording.PictureBytes], new bool[row.PictureCount],
            new float[row.PictureCount * LipShape.Measures]);
        file.ReadExactly(MemoryMarshal.AsBytes(recording.Samples.AsSpan()));
        file.ReadExactly(recording.Lips);
        file.ReadExactly(MemoryMarshal.AsBytes(recording.Seen.AsSpan()));
        file.ReadExactly(MemoryMarshal.AsBytes(recording.Shapes.AsSpan()));
        return recording;
    }

    private static IReadOnlyList<AlignedWord> AlignmentOf(string root, string alignment) =>
        alignment.Length == 0 ? [] : GridAlignment.Parse(File.ReadAllText(Path.Combine(root, alignment)));

    private static string Line(CorpusManifestRow row, IReadOnlyList<AlignedWord> words, LipRecording recording, long offset)
    {
        var times = string.Join(
            ' ', words.Select(word => string.Create(CultureInfo.InvariantCulture, $"{word.Text}:{word.StartSeconds}:{word.EndSeconds}")));
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{row.Path}\t{row.Label}\t{row.Speaker}\t{times}\t{offset}\t{recording.Samples.Length}\t"
            + $"{recording.Pictures}\t{recording.Seen.Count(seen => seen)}");
    }

    private static LipRow Row(string set, string[] fields) => new(
        set, fields[0], fields[1], fields[2], [.. fields[3].Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(Word)],
        long.Parse(fields[4], CultureInfo.InvariantCulture), Count(fields[5]), Count(fields[6]), Count(fields[7]));

    private static AlignedWord Word(string text)
    {
        var parts = text.Split(':');
        return new AlignedWord(
            parts[0], double.Parse(parts[1], CultureInfo.InvariantCulture), double.Parse(parts[2], CultureInfo.InvariantCulture));
    }

    private static int Count(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    /// <summary>Path of a corpus' index.</summary>
    internal string IndexPath(string set) => FilePath(set) + ".tsv";

    // Named by what is kept of each picture: what a version before wrote is read again, not misread.
    private string FilePath(string set) => Path.Combine(folder, FormattableString.Invariant($"{set}.{LipShape.Measures}-measures.lips"));
}
