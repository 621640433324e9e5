using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using AVServer.Lab.Data;
using AVServer.Lab.Data.Emotion;
using AVServer.Networks.Emotion;

namespace AVServer.Lab.Training.Emotion;

/// <summary>Everything that the training and the cross-validation of an emotion model depend on beside the recordings and texts.</summary>
/// <param name="Name">Name of the model.</param>
/// <param name="Version">Version of the weights.</param>
/// <param name="Description">One sentence for a list of models.</param>
/// <param name="Licence">SPDX expression of the weights' licence, which follows the corpora's.</param>
/// <param name="Seed">Seed of weights, order and augmentation.</param>
/// <param name="Labels">The emotions, in the order of the logits.</param>
/// <param name="Sets">Corpora of speech.</param>
/// <param name="Folds">Folds of the cross-validation.</param>
/// <param name="Sound">Training on speech.</param>
/// <param name="Text">Training on texts alone; absent for a model that only hears.</param>
/// <param name="Fused">Training on pairs, from the weights of both; absent for a model that only hears.</param>
/// <param name="Texts">GoEmotions' labels and ours, where it reads.</param>
/// <param name="Mscnn">The network; this or <paramref name="LightSerNet"/>.</param>
/// <param name="LightSerNet">The network.</param>
/// <param name="Augmentation">How the sound is changed.</param>
/// <param name="Beside">Recipes whose cross-validations stand in this model's report too.</param>
/// <param name="Elsewhere">Corpora that are only reported on.</param>
/// <param name="Votes">Name of the table of words' votes that this recipe makes, where the network takes them.</param>
/// <param name="Threads">Threads of libtorch.</param>
/// <param name="Members">Networks that hear, trained apart with chances of their own and then put side by side in the one that
/// <paramref name="Mscnn"/> describes.</param>
/// <param name="RadialDecay">Decay of the radial layer's fit.</param>
/// <param name="RadialScale">What the radial layer adds to a label's logit where it is sure.</param>
/// <param name="SoundTemperature">Divides the sound's logits, so that they are as sure of strangers as they may be, before words are added:
/// the temperature of an earlier cross-validation.</param>
public sealed record EmotionRecipe(
    string Name,
    string Version,
    string Description,
    string Licence,
    int Seed,
    IReadOnlyList<string> Labels,
    IReadOnlyList<EmotionSet> Sets,
    int Folds,
    EmotionStage Sound,
    EmotionStage? Text = null,
    EmotionStage? Fused = null,
    IReadOnlyDictionary<string, string>? Texts = null,
    MscnnConfig? Mscnn = null,
    LightSerNetConfig? LightSerNet = null,
    EmotionAugmentation? Augmentation = null,
    IReadOnlyList<string>? Beside = null,
    IReadOnlyList<EmotionSet>? Elsewhere = null,
    string? Votes = null,
    int Threads = 1,
    int Members = 1,
    double RadialDecay = 0.1,
    double RadialScale = 8,
    double SoundTemperature = 1)
{
    /// <summary>Longest utterance.</summary>
    public const double MaxSeconds = 7.5;

    /// <summary>Words of the longest transcript.</summary>
    public const int MaxWords = 128;

    /// <summary>Name of the word vectors.</summary>
    public const string WordVectors = "glove-100d";

    /// <summary>Reads a recipe.</summary>
    /// <param name="path">Its file.</param>
    /// <param name="changes">What is otherwise than the file has it, for an ablation: <c>mscnn.attention=false</c>; the name says so
    /// too.</param>
    /// <exception cref="JsonException">It is not one, or its parts don't fit.</exception>
    public static EmotionRecipe Load(string path, params IReadOnlyList<string> changes)
    {
        var node = JsonNode.Parse(
            File.ReadAllText(path), documentOptions: new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip }) as JsonObject
            ?? throw new JsonException($"Expected a training recipe in {path}, got something else.");
        foreach (var change in changes) Change(node, change);
        var recipe = node.Deserialize<EmotionRecipe>(DataRecipe.Json)!;
        recipe = recipe with { Name = string.Join('+', [recipe.Name, .. changes]) };
        if (recipe.Mscnn is null == recipe.LightSerNet is null)
            throw new JsonException($"Expected either mscnn or lightSerNet in {path}, got {(recipe.Mscnn is null ? "none" : "both")}.");
        if (recipe.Reads && (recipe.Text is null || recipe.Fused is null || recipe.Texts is null))
            throw new JsonException($"Expected text, fused and texts in {path} for a network that reads, one is missing.");
        if ((recipe.Mscnn?.WordVotes ?? false) == recipe.Votes is null)
            throw new JsonException($"Expected votes to name a table in {path} where mscnn takes votes of words, and only there.");
        if (recipe.Members < 1 || (recipe.Members > 1 && recipe.Mscnn is null))
            throw new JsonException($"Expected one member, or several of an mscnn, in {path}, got {recipe.Members}.");
        return recipe with
        {
            Mscnn = recipe.Mscnn is null ? null : recipe.Mscnn with { Labels = recipe.Labels.Count },
            LightSerNet = recipe.LightSerNet is null ? null : recipe.LightSerNet with { Labels = recipe.Labels.Count }
        };
    }

    private static void Change(JsonObject node, string change)
    {
        if (change.Split('=') is not [var key, { Length: > 0 } value])
            throw new JsonException($"Expected a change such as mscnn.attention=false, got '{change}'.");
        var names = key.Split('.');
        foreach (var name in names[..^1])
            node = node[name] as JsonObject ?? throw new JsonException($"Expected '{name}' of '{change}' in the recipe, found none.");
        node[names[^1]] = value is "true" or "false" || value[0] is '-' or (>= '0' and <= '9') ? JsonNode.Parse(value)
            : JsonValue.Create(value);
    }

    /// <summary>Whether the model takes words.</summary>
    [JsonIgnore]
    public bool Reads => Mscnn?.Text ?? false;

    /// <summary>How the sound is changed; the defaults where the recipe says nothing.</summary>
    [JsonIgnore]
    public EmotionAugmentation AugmentationOrDefault => Augmentation ?? new EmotionAugmentation();

    /// <summary>The recipe with the chances of one of its members; the first has the recipe's own.</summary>
    public EmotionRecipe Member(int member) => this with { Seed = unchecked(Seed + (member * 7_907)) };

    /// <summary>Folder of a member's checkpoints.</summary>
    internal static string SoundFolder(int member) =>
        member == 0 ? "sound" : string.Create(CultureInfo.InvariantCulture, $"sound-{member + 1}");

    /// <summary>How long and how fast a stage goes; gradients are clipped at 1 (arXiv 2106.04133).</summary>
    public Schedule Schedule(EmotionStage stage) =>
        new(Seed, stage.Steps, stage.LearningRate, stage.WeightDecay, Threads, stage.Steps, ClipNorm: 1);
}

/// <summary>One stage of the training.</summary>
/// <param name="Steps">Training steps; the last ones' weights are taken, none are picked.</param>
/// <param name="Batch">Examples of a step.</param>
/// <param name="LearningRate">Highest learning rate; it rises over the first twentieth and falls as a cosine.</param>
/// <param name="WeightDecay">Decay of AdamW.</param>
/// <param name="Gamma">γ of the focal loss; 0 is cross-entropy.</param>
/// <param name="Smoothing">Share of a label that is spread over all.</param>
/// <param name="Balance">How evenly labels are drawn: 0 as often as they are, 1 each as often as any other.</param>
public sealed record EmotionStage(
    int Steps, int Batch, double LearningRate, double WeightDecay = 0.01, double Gamma = 0, double Smoothing = 0.1, double Balance = 0.5);

/// <summary>How training changes the sound.</summary>
/// <param name="Variants">Renderings of each recording; the first is as recorded.</param>
/// <param name="SpeedSpread">Pitch and speed change by up to this share, up or down.</param>
/// <param name="NoiseShare">Share of the other renderings with noise.</param>
/// <param name="LowestSnrDb">Loudest noise.</param>
/// <param name="HighestSnrDb">Softest noise.</param>
/// <param name="ColourDb">The spectrum is bent by up to so much, up or down.</param>
/// <param name="TempoSpread">Speed without pitch changes by up to this share, in half of the examples.</param>
/// <param name="ShortestCrop">In half of the examples only a stretch is heard, at least this share.</param>
/// <param name="Mixup">α of mixup (Zhang et al., arXiv 1710.09412); 0 mixes nothing.</param>
public sealed record EmotionAugmentation(
    int Variants = 12,
    double SpeedSpread = 0.25,
    double NoiseShare = 0.5,
    double LowestSnrDb = 8,
    double HighestSnrDb = 35,
    double ColourDb = 6,
    double TempoSpread = 0.2,
    double ShortestCrop = 0.6,
    double Mixup = 0.3);
