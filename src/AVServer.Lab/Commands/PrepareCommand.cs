using System.Diagnostics;
using AVServer.Lab.Data;
using AVServer.Lab.Features;
using AVServer.Runtime;

namespace AVServer.Lab.Commands;

/// <summary><c>av-lab prepare</c>: decodes the corpora of a data recipe, makes the reshaped and the synthetic one, says who is dealt where.</summary>
public static class PrepareCommand
{
    private const int Sentences = 400;

    public static async Task RunAsync(LabFolders folders, string recipePath, TextWriter output, CancellationToken cancellationToken)
    {
        var recipe = DataRecipe.Load(recipePath);
        var cache = new CorpusCache(folders.Cache);
        foreach (var set in recipe.Sets)
        {
            var made = set switch
            {
                SpeechSynthesis.Set => await new SpeechSynthesis(Section(recipe.Synthesis, set), cache).MakeAsync(ReadSentences(folders, recipe.Keyword), cancellationToken),
                ReshapedSpeech.Set => await new ReshapedSpeech(Section(recipe.Reshape, set), cache).MakeAsync(Recorded(cache), cancellationToken),
                _ => await cache.DecodeAsync(folders.Corpora, set, cancellationToken),
            };
            await output.WriteLineAsync($"{set}: {(made ? "made" : "there")}");
        }
        T Section<T>(T? section, string set) where T : class =>
            section ?? throw new InvalidDataException($"Expected what the corpus {set} is made of in {recipePath}, because a rule names it; found nothing.");
        IReadOnlyList<Clip> Recorded(CorpusCache decoded) =>
            [.. recipe.ToClips(recipe.Sets.Where(set => set != SpeechSynthesis.Set && set != ReshapedSpeech.Set).SelectMany(decoded.Rows), new Dictionary<string, WordTimes>()).Where(clip => clip.Split == Split.Train)];

        foreach (var set in recipe.AudioVisual ?? []) await ReadLipsAsync(folders, recipe, set, output, cancellationToken);
        var corpora = new Corpora(recipePath, folders.Cache);
        foreach (var group in corpora.Clips.GroupBy(clip => (clip.Split, clip.Role)).OrderBy(group => group.Key))
        {
            var hours = group.Sum(clip => clip.Samples.End.Value - clip.Samples.Start.Value) / 16_000.0 / 3600;
            await output.WriteLineAsync(FormattableString.Invariant($"{group.Key.Split} {group.Key.Role}: {group.Count()} recordings, {hours:F2} h, {group.Count(clip => clip.Word is not null)} with word times"));
        }
    }

    private static async Task ReadLipsAsync(LabFolders folders, DataRecipe recipe, string set, TextWriter output, CancellationToken cancellationToken)
    {
        var cache = new LipCache(folders.Lips);
        using var reader = new LipRoiExtractor(ModelStore.Open(folders.Models));
        var watch = Stopwatch.StartNew();
        var made = await cache.MakeAsync(folders.Corpora, set, reader.ReadAsync, done =>
        {
            if (done % 50 == 0) output.WriteLine(FormattableString.Invariant($"{set}: lips of {done} recordings after {watch.Elapsed.TotalSeconds:F0} s"));
        }, cancellationToken);
        var rows = cache.Rows(set);
        var (pictures, seen) = (rows.Sum(row => row.PictureCount), rows.Sum(row => row.SeenCount));
        await output.WriteLineAsync(FormattableString.Invariant($"{set}: {(made ? $"made in {watch.Elapsed.TotalSeconds:F0} s" : "there")}, {rows.Count} recordings, a face in {seen} of {pictures} pictures, none at all in {rows.Count(row => row.SeenCount == 0)} recordings"));
        foreach (var group in new AudioVisualCorpus(recipe, cache).Clips.GroupBy(clip => clip.Split).OrderBy(group => group.Key))
            await output.WriteLineAsync($"{group.Key}: {group.Count()} recordings with lips and word times, {group.Count(clip => clip.Keyword is not null)} with the keyword, talkers {string.Join(", ", group.Select(clip => clip.Talker).Distinct().Order())}");
    }

    private static List<string> ReadSentences(LabFolders folders, string keyword) =>
    [
        .. File.ReadLines(Path.Combine(folders.Corpora, "text", "goemotions.tsv"))
            .Skip(1)
            .Select(line => line.Split('\t')[0])
            .Where(text => text.Length is > 25 and < 110 && !text.Contains('[') && !text.Contains(keyword[..6], StringComparison.OrdinalIgnoreCase) && text.All(c => c < 128))
            .Take(Sentences),
    ];
}
