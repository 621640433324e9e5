using System.Runtime.InteropServices;
using AVServer.Lab.Data;
using AVServer.Vision;

namespace AVServer.Lab.Lips;

/// <summary>Corpora of talking faces read once: sound and measures of all recordings that a recipe uses, in one file a corpus.</summary>
/// <param name="folder">Folder of the cache.</param>
internal sealed class TalkingFaceCache(string folder)
{
    /// <summary>Recordings of a corpus, read now unless the cache has them.</summary>
    /// <param name="corpora">Folder of the corpora.</param>
    /// <param name="corpus">Which, and how many of each talker.</param>
    /// <param name="recipe">How many views, and by which seed.</param>
    /// <param name="reader">Reads recordings.</param>
    /// <param name="log">Told how far it is.</param>
    /// <param name="cancellationToken">Stops the work; the corpus is then not in the cache.</param>
    public async Task<IReadOnlyList<TalkingFace>> ReadAsync(
        string corpora, FaceCorpus corpus, LipPhoneRecipe recipe, TalkingFaceReader reader, Action<string> log,
        CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(folder);
        // Named by what is kept: what another recipe or version wrote is read again, not misread.
        var path = Path.Combine(folder, FormattableString.Invariant(
            $"{corpus.Set}.{corpus.PerTalker}.{recipe.Views}.{recipe.Seed}.{MouthFeatures.RawValues}.faces"));
        if (File.Exists(path)) return Load(path);
        var root = Path.Combine(corpora, corpus.Set);
        var rows = CorpusManifest.Read(Path.Combine(root, "manifest.tsv")).GroupBy(row => row.Speaker)
            .SelectMany(talker => Some([.. talker], corpus.PerTalker, recipe.Seed)).ToArray();
        var (faces, done) = (new TalkingFace[rows.Length], 0);
        var options = new ParallelOptions { MaxDegreeOfParallelism = 2, CancellationToken = cancellationToken };
        await Parallel.ForAsync(0, rows.Length, options, async (i, token) =>
        {
            faces[i] = await reader.ReadAsync(root, corpus.Set, rows[i], ViewsOf(rows[i].Speaker, recipe), token);
            var count = Interlocked.Increment(ref done);
            if (count % 50 == 0) log($"{corpus.Set}: {count} of {rows.Length} recordings read");
        });
        Save(path, faces);
        return faces;
    }

    /// <summary>How a talker's mouth is looked at: the same in all recordings, so that the mean over them is one of a view.</summary>
    internal static IReadOnlyList<MouthView> ViewsOf(string talker, LipPhoneRecipe recipe)
    {
        var random = new Random(talker.Aggregate(recipe.Seed, (hash, letter) => unchecked((hash * 31) + letter)));
        float Around(double spread) => (float)(spread * ((2 * random.NextDouble()) - 1));
        return [MouthView.Straight, .. Enumerable.Range(0, recipe.Views).Select(
            _ => new MouthView(1 + Around(0.13), 1 + Around(0.07), Around(0.15), Around(0.1), Around(0.1)))];
    }

    private static IEnumerable<CorpusManifestRow> Some(CorpusManifestRow[] rows, int most, int seed)
    {
        new Random(seed).Shuffle(rows);
        return rows.Take(most);
    }

    private static void Save(string path, TalkingFace[] faces)
    {
        using (var file = new BinaryWriter(File.Create(path + ".part")))
        {
            file.Write(faces.Length);
            foreach (var face in faces)
            {
                file.Write(face.Set);
                file.Write(face.Path);
                file.Write(face.Talker);
                file.Write(face.Text);
                Write<short>(file, face.Samples);
                Write<bool>(file, face.Seen);
                file.Write(face.Views.Count);
                foreach (var view in face.Views) Write<float>(file, view);
            }
        }
        // Under its final name when it is whole.
        File.Move(path + ".part", path);
    }

    private static TalkingFace[] Load(string path)
    {
        using var file = new BinaryReader(File.OpenRead(path));
        var faces = new TalkingFace[file.ReadInt32()];
        for (var i = 0; i < faces.Length; i++)
        {
            var (set, name, talker, text) = (file.ReadString(), file.ReadString(), file.ReadString(), file.ReadString());
            var (samples, seen) = (Read<short>(file), Read<bool>(file));
            var views = new float[file.ReadInt32()][];
            for (var view = 0; view < views.Length; view++) views[view] = Read<float>(file);
            faces[i] = new TalkingFace(set, name, talker, text, samples, seen, views);
        }
        return faces;
    }

    private static void Write<T>(BinaryWriter file, T[] values) where T : struct
    {
        file.Write(values.Length);
        file.Write(MemoryMarshal.AsBytes(values.AsSpan()));
    }

    private static T[] Read<T>(BinaryReader file) where T : struct
    {
        var values = new T[file.ReadInt32()];
        file.BaseStream.ReadExactly(MemoryMarshal.AsBytes(values.AsSpan()));
        return values;
    }
}
