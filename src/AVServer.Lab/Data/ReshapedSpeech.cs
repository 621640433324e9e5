using System.Globalization;

namespace AVServer.Lab.Data;

/// <summary>
/// Makes the corpus <c>reshaped</c>: recordings of the training split in other throats, by Praat's "Change gender" (formants, pitch, its
/// range).
/// </summary>
/// <remarks>
/// A word of which few people gave many recordings is heard from many more; what stays is how people really say it, which synthetic voices
/// lack.
/// As much filler goes through the same shapes, or the network would learn to hear Praat. The pace stays, and with it the word's times.
/// </remarks>
/// <param name="recipe">How many.</param>
/// <param name="cache">The decoded corpora; the new one lands beside them.</param>
public sealed class ReshapedSpeech(ReshapeRecipe recipe, CorpusCache cache)
{
    /// <summary>Name of the corpus.</summary>
    public const string Set = "reshaped";

    // Between a recording's path and the number of its shape.
    private const char Mark = '@';

    /// <summary>Path of the recording that a reshaped one was made of, inside its own corpus; any other path unchanged.</summary>
    public static string Original(string path) =>
        path.LastIndexOf(Mark) is > 0 and var at ? path[(path.IndexOf('/', StringComparison.Ordinal) + 1)..at] : path;

    /// <summary>Makes the corpus unless it is there.</summary>
    /// <param name="clips">Recordings of the training split, the keyword's and filler.</param>
    /// <param name="cancellationToken">Stops the work; the corpus is then not in the cache.</param>
    /// <returns>Whether it was made now.</returns>
    public async Task<bool> MakeAsync(IReadOnlyList<Clip> clips, CancellationToken cancellationToken)
    {
        if (cache.Has(Set)) return false;
        using var studio = new VoiceSynthesizer();
        var random = new Random(recipe.Seed);
        var filler = clips.Where(clip => clip.Role == ClipRole.Filler && Seconds(clip) is > 0.3 and < 8).ToArray();
        var plan = clips.Where(clip => clip.Role == ClipRole.Keyword)
            .SelectMany(
                clip => Enumerable.Range(0, recipe.ShapesOfKeyword)
                    .Select(shape => (Clip: clip, Kind: "keyword", Number: shape, Shape: VoiceShape.Draw(random) with { Duration = 1 })))
            .Concat(
                random.GetItems(filler, recipe.Filler)
                    .Select((clip, i) => (Clip: clip, Kind: "filler", Number: i, Shape: VoiceShape.Draw(random) with { Duration = 1 })))
            .ToArray();
        var takes = new short[plan.Length][];
        await Parallel.ForAsync(
            0, plan.Length, new ParallelOptions { MaxDegreeOfParallelism = 2, CancellationToken = cancellationToken }, async (i, token) =>
            takes[i] = await studio.ReshapeAsync(cache.Samples(plan[i].Clip.Set, plan[i].Clip.Samples).ToArray(), plan[i].Shape, token));
        await cache.WriteAsync(
            Set,
            plan.Zip(takes).Where(item => item.Second.Length > 0).Select(item =>
            {
                var (clip, kind, number, _) = item.First;
                return (string.Create(CultureInfo.InvariantCulture, $"{kind}/{clip.Path}{Mark}{number}"), kind, Speaker(clip, kind, number),
                    item.Second);
            }).ToAsyncEnumerable(),
            cancellationToken);
        return true;
    }

    // Each shape of a contributor counts as one more contributor, though every recording of it has a throat of its own.
    private static string Speaker(Clip clip, string kind, int shape) =>
        kind == "filler" ? "" : string.Create(CultureInfo.InvariantCulture, $"{clip.Contributor}{Mark}{shape}");

    private static double Seconds(Clip clip) => (clip.Samples.End.Value - clip.Samples.Start.Value) / 16_000.0;
}

/// <summary>How many recordings are reshaped.</summary>
/// <param name="ShapesOfKeyword">Shapes of each keyword recording.</param>
/// <param name="Filler">Recordings of filler, one shape each.</param>
/// <param name="Seed">Seed of choice and shapes.</param>
public sealed record ReshapeRecipe(int ShapesOfKeyword, int Filler, int Seed = 1);
