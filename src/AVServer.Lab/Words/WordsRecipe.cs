using System.Text.Json;
using System.Text.Json.Serialization;
using AVServer.Detection;
using AVServer.Lab.Data;

namespace AVServer.Lab.Words;

/// <summary>How the judge of typed words is taught and measured.</summary>
/// <param name="Name">Name of the model.</param>
/// <param name="Version">Version of its files.</param>
/// <param name="Data">File of the <see cref="DataRecipe"/>, relative to the recipe.</param>
/// <param name="Teacher">Model folder whose <c>am/final.mdl</c> says which outputs belong to which phone.</param>
/// <param name="Network">Run whose last checkpoint is the phone network; empty: the teacher as it is.</param>
/// <param name="WakeWords">Texts that the judge is measured on; one that shares a word with them teaches no judge that is measured.</param>
/// <param name="Seed">Seed of texts and noise.</param>
internal sealed record WordsRecipe(string Name, string Version, string Data, string Teacher, string Network, IReadOnlyList<string> WakeWords, int Seed)
{
    /// <summary>Share of the teacher's own weights in the network's: between the two lies what knows noise and has not forgotten the rest.</summary>
    /// <remarks>Wortsman et al., "Robust fine-tuning of zero-shot models" (arXiv 2109.01903).</remarks>
    public double TeacherShare { get; init; }

    /// <summary>The network in a word or two: names what is made from it.</summary>
    [JsonIgnore]
    public string NetworkName => Network.Length == 0 ? Teacher : TeacherShare == 0 ? Network : FormattableString.Invariant($"{Network}-{TeacherShare}");

    /// <summary>Where the network's weights come from.</summary>
    [JsonIgnore]
    public string NetworkOrigin => Network.Length == 0
        ? $"the network's weights are those of {Teacher}"
        : FormattableString.Invariant($"the network's weights are {1 - TeacherShare} of av-lab train-phones {Network} and {TeacherShare} of {Teacher}");

    /// <summary>Corpora in which a text that nobody wrote down isn't said.</summary>
    public IReadOnlyList<string> Untranscribed { get; init; } = [];

    /// <summary>Corpora that are no measure of false alarms: words without sentences, near ones chosen on purpose.</summary>
    public IReadOnlyList<string> NotCounted { get; init; } = [];

    /// <summary>Corpora of the right recordings of the wake words; empty: all.</summary>
    public IReadOnlyList<string> WakeWordSets { get; init; } = [];

    /// <summary>Recordings of each wake word that are measured, contributors in turn.</summary>
    public int MostRecordings { get; init; } = 120;

    /// <summary>Texts that teach the judge.</summary>
    public int Texts { get; init; } = 420;

    /// <summary>How words are followed.</summary>
    public MatcherOptions Matcher { get; init; } = new();

    /// <summary>Candidates an hour of speech without it, for which the threshold of a text that teaches the judge is chosen.</summary>
    public double CandidatesPerHour { get; init; } = 80;

    /// <summary>The same for a word that is looked for: more, as the judge sorts them out for the recogniser.</summary>
    public double SearchedPerHour { get; init; } = 80;

    /// <summary>Candidates an hour of speech without the word, the judge's best, that the small recogniser rescores.</summary>
    public double RescoredPerHour { get; init; } = 100;

    /// <summary>Of these the likeliest by then, that the large one hears too.</summary>
    public double HeardAgainPerHour { get; init; } = 40;

    /// <summary>Texts on whose candidates the recogniser is heard, to weigh it and to see how false alarms become rare.</summary>
    public int RescoredTexts { get; init; } = 120;

    /// <summary>Weight of ln P(text | sound) beside the judge's log-odds.</summary>
    public double TextWeight { get; init; } = 0.7;

    /// <summary>Weight of ln P(the text ends there) beside them: less, as a word may be followed by others at once.</summary>
    public double EndWeight { get; init; } = 0.4;

    /// <summary>What stored speech is coded with.</summary>
    public int StoredBitsPerSecond { get; init; } = 16_000;

    /// <summary>Recordings from which thresholds, contexts and durations are counted.</summary>
    public int Counted { get; init; } = 700;

    /// <summary>Variance of the white noise that is added in expectation, as in the network's training.</summary>
    public float NoiseVariance { get; init; } = 1;

    /// <summary>Corpora of the speech that is stored with the model, to measure typed words on; none of them teaches the judge.</summary>
    public IReadOnlyList<string> Background { get; init; } = [];

    /// <summary>Words that are measured beforehand and shipped with the model, with their targets of false alarms per hour.</summary>
    public IReadOnlyDictionary<string, double> Shipped { get; init; } = new Dictionary<string, double>();

    /// <summary>Reads a recipe.</summary>
    /// <exception cref="JsonException">It is not one.</exception>
    public static WordsRecipe Load(string path) =>
        JsonSerializer.Deserialize<WordsRecipe>(File.ReadAllText(path), DataRecipe.Json) ?? throw new JsonException($"Expected a recipe of words in {path}, got null.");
}
