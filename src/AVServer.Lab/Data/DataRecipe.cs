using System.Text.Json;
using System.Text.Json.Serialization;

namespace AVServer.Lab.Data;

/// <summary>Which recordings are there, what they are and what they may be used for.</summary>
/// <param name="Keyword">The keyword.</param>
/// <param name="Rules">Who is dealt where; the first that matches decides, what none matches is not used.</param>
/// <param name="Words">Alignment of the keyword recordings, relative to the recipe: path, start, end, confidence; absent where the corpora
/// bring their own.</param>
/// <param name="Synthesis">What the synthetic voices say; needed where a rule names their corpus.</param>
/// <param name="Reshape">How many recordings are reshaped; needed where a rule names their corpus.</param>
/// <param name="AudioVisual">Corpora that are read with the talker's lips; the others are sound only.</param>
public sealed record DataRecipe(
    string Keyword, IReadOnlyList<SplitRule> Rules, string? Words = null, SynthesisRecipe? Synthesis = null, ReshapeRecipe? Reshape = null,
    IReadOnlyList<string>? AudioVisual = null)
{
    internal static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        ReadCommentHandling = JsonCommentHandling.Skip,
        WriteIndented = true,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false) },
    };

    /// <summary>All corpora of sound alone that a rule names, once.</summary>
    [JsonIgnore]
    public IReadOnlyList<string> Sets => [.. Rules.Select(rule => rule.Set).Except(AudioVisual ?? [])];

    /// <summary>Reads a recipe.</summary>
    /// <exception cref="JsonException">It is not one.</exception>
    public static DataRecipe Load(string path) =>
        JsonSerializer.Deserialize<DataRecipe>(File.ReadAllText(path), Json)
            ?? throw new JsonException($"Expected a data recipe in {path}, got null.");

    /// <summary>Deals the recordings out.</summary>
    /// <param name="rows">Recordings of the corpora.</param>
    /// <param name="words">Times of the keyword, by path.</param>
    public IReadOnlyList<Clip> ToClips(IEnumerable<CorpusRow> rows, IReadOnlyDictionary<string, WordTimes> words)
    {
        var clips = new List<Clip>();
        foreach (var row in rows)
        {
            var rule = Rules.FirstOrDefault(rule => rule.Matches(row));
            if (rule is null || rule.SplitOf(row) is var split && split == Split.None) continue;
            WordTimes? word = rule.Role == ClipRole.Keyword && words.TryGetValue(ReshapedSpeech.Original(row.Path), out var times) ? times
                : null;
            clips.Add(new Clip(row.Set, row.Path, row.Speaker, split, rule.Role, row.Samples, word));
        }
        return clips;
    }
}
