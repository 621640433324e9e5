using System.Text.Json;
using AVServer.Lab.Data;
using AVServer.Lab.Data.Emotion;

namespace AVServer.Lab.Training.Emotion;

/// <summary>Everything that an emotion model behind a speech encoder depends on beside the recordings.</summary>
/// <param name="Name">Name of the model.</param>
/// <param name="Version">Version of the weights.</param>
/// <param name="Description">One sentence for a list of models.</param>
/// <param name="Licence">SPDX expression of the weights' licence, which follows the corpora's.</param>
/// <param name="Seed">Seed of the order in which a speaker's utterances are heard.</param>
/// <param name="Labels">The emotions, in the order of the logits.</param>
/// <param name="Sets">Corpora that teach.</param>
/// <param name="Strangers">Corpora that teach nothing: the recipe's weights are judged on them.</param>
/// <param name="Decay">How little the fit may follow single recordings, see <see cref="SoftmaxRegression"/>.</param>
/// <param name="Histories">Seconds of a speaker's other speech that are heard before each recording that teaches; each recording stands
/// there once for each.</param>
/// <param name="PriorSeconds">See <c>SpeakerHeadConfig</c>.</param>
/// <param name="WindowSeconds">Length of the encoder's windows.</param>
/// <param name="WordBound">See <c>SpeakerHeadConfig</c>.</param>
public sealed record SpeakerHeadRecipe(
    string Name,
    string Version,
    string Description,
    string Licence,
    int Seed,
    IReadOnlyList<string> Labels,
    IReadOnlyList<EmotionSet> Sets,
    IReadOnlyList<EmotionSet> Strangers,
    double Decay,
    IReadOnlyList<double> Histories,
    double PriorSeconds = 10,
    double WindowSeconds = 2,
    double WordBound = 0)
{
    /// <summary>Name of the encoder.</summary>
    public const string Encoder = "speech-encoder";

    /// <summary>Name of the table of words' votes.</summary>
    public const string Votes = "emotion-words";

    /// <summary>Longest utterance.</summary>
    public const double MaxSeconds = 7.5;

    /// <summary>Reads a recipe.</summary>
    /// <param name="path">Its file.</param>
    /// <exception cref="JsonException">It is not one, or its parts don't fit.</exception>
    public static SpeakerHeadRecipe Load(string path)
    {
        var recipe = JsonSerializer.Deserialize<SpeakerHeadRecipe>(File.ReadAllText(path), DataRecipe.Json)
            ?? throw new JsonException($"Expected a recipe in {path}, got null.");
        if (recipe.Sets.Count == 0 || recipe.Histories.Count == 0)
            throw new JsonException($"Expected sets and histories in {path}, got none.");
        if (!(recipe.Decay > 0)) throw new JsonException($"Expected a decay above 0 in {path}, got {recipe.Decay}.");
        return recipe;
    }
}
