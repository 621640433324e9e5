using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using AVServer.Lab.Data;
using AVServer.Lab.Training;
using AVServer.Networks;

namespace AVServer.Lab.Zoo;

/// <summary>How every network of the zoo is trained and measured; a file of the row's name beside it changes what the row needs.</summary>
/// <param name="Data">File of the <see cref="DataRecipe"/>, relative to the recipe; its keyword is the first word.</param>
/// <param name="Words">The other words, each by what corpus, path and label say together.</param>
/// <param name="HeldOut">Corpus that nothing is taught of, on whose speech false alarms are counted.</param>
/// <param name="Synthetic">Corpus of synthetic voices, which teaches a word only where people are too few.</param>
/// <param name="Minutes">Budget of a row: minutes of one core.</param>
/// <param name="Seed">Seed of windows, weights and order.</param>
/// <param name="Batch">Windows of a step.</param>
/// <param name="RestShare">Share of a batch that holds none of the words.</param>
/// <param name="LearningRate">Highest learning rate.</param>
/// <param name="WeightDecay">Decay of AdamW.</param>
/// <param name="Loss">What is lost; absent: cross-entropy.</param>
/// <param name="Sounds">Kinds of sound that are labels behind the words, told as the words are; absent: none.</param>
/// <param name="HasPcen">Whether energies are normalised by what they were lately (PCEN) in place of logarithms alone; for networks of
/// windows.</param>
public sealed record ZooRecipe(
    string Data, IReadOnlyDictionary<string, string> Words, string HeldOut, string Synthetic, double Minutes, int Seed = 19,
    int Batch = 64, double RestShare = 0.5, double LearningRate = 2e-3, double WeightDecay = 1e-2,
    ZooLoss? Loss = null, IReadOnlyDictionary<string, string>? Sounds = null,
    bool HasPcen = false)
{
    /// <summary>Values of a frame.</summary>
    public const int Mels = 40;

    /// <summary>Frames of a window: one second.</summary>
    public const int Frames = 100;

    /// <summary>What each network is given: no word, the keyword, the other words.</summary>
    [JsonIgnore]
    public KeywordWindow Window => new(Frames, Mels, WordLabels + (Sounds?.Count ?? 0));

    /// <summary>Labels that are words or none; sounds follow.</summary>
    [JsonIgnore]
    public int WordLabels => 2 + Words.Count;

    /// <summary>Reads the recipe as it is for a row.</summary>
    /// <exception cref="JsonException">It is not one.</exception>
    public static ZooRecipe Load(string path, string row)
    {
        var common = Parse(path);
        var own = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(path))!, "zoo", $"{row}.json");
        if (File.Exists(own))
            foreach (var (name, value) in Parse(own)) common[name] = value?.DeepClone();
        return common.Deserialize<ZooRecipe>(DataRecipe.Json)!;
    }

    /// <summary>The label of a recording: 0 for none, 1 for the keyword, then the other words in their order, then sounds.</summary>
    public int LabelOf(Clip clip, string label)
    {
        if (clip.Role == ClipRole.Keyword) return 1;
        var text = $"{clip.Set} {clip.Path} {label}";
        var kinds = Words.Values.Concat(Sounds?.Values ?? []).ToList();
        var word = kinds.FindIndex(word => Regex.IsMatch(text, word, RegexOptions.CultureInvariant));
        return word < 0 ? 0 : 2 + word;
    }

    /// <summary>How long and how fast a row is trained.</summary>
    internal Schedule Schedule(int steps) => new(Seed, steps, LearningRate, WeightDecay, Threads: 1, CheckpointSteps: 100);

    private static JsonObject Parse(string path) =>
        JsonNode.Parse(File.ReadAllText(path), documentOptions: new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip })
            as JsonObject ?? throw new JsonException($"Expected a recipe of the zoo in {path}.");
}
