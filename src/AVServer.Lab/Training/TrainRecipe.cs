using System.Text.Json;
using System.Text.Json.Serialization;
using AVServer.Lab.Augmentation;
using AVServer.Lab.Data;
using AVServer.Networks;

namespace AVServer.Lab.Training;

/// <summary>Everything that a training run depends on beside the recordings: the same recipe gives the same weights.</summary>
/// <param name="Name">Name of the model.</param>
/// <param name="Version">Version of the weights.</param>
/// <param name="Data">File of the <see cref="DataRecipe"/>, relative to the recipe.</param>
/// <param name="Seed">Seed of examples, weights and order.</param>
/// <param name="Examples">Examples in the pool.</param>
/// <param name="Composition">How they are made.</param>
/// <param name="Steps">Training steps.</param>
/// <param name="Batch">Examples (spotter) or windows (verifier) of a step.</param>
/// <param name="LearningRate">Highest learning rate; it rises over the first twentieth and falls as a cosine.</param>
/// <param name="WeightDecay">Decay of AdamW.</param>
/// <param name="Threads">Threads of libtorch.</param>
/// <param name="Spotter">Size of the first stage; this or <paramref name="Verifier"/>.</param>
/// <param name="Verifier">Size of the second stage.</param>
public sealed record TrainRecipe(
    string Name,
    string Version,
    string Data,
    int Seed,
    int Examples,
    ExampleRecipe Composition,
    int Steps,
    int Batch,
    double LearningRate = 2e-3,
    double WeightDecay = 1e-2,
    int Threads = 2,
    MdtcConfig? Spotter = null,
    VerifierHeadConfig? Verifier = null)
{
    /// <summary>Reads a recipe.</summary>
    /// <exception cref="JsonException">It is not one, or it names no model or two.</exception>
    public static TrainRecipe Load(string path)
    {
        var recipe = JsonSerializer.Deserialize<TrainRecipe>(File.ReadAllText(path), DataRecipe.Json)
            ?? throw new JsonException($"Expected a training recipe in {path}, got null.");
        if (recipe.Spotter is null == recipe.Verifier is null)
            throw new JsonException($"Expected either spotter or verifier in {path}, got {(recipe.Spotter is null ? "none" : "both")}.");
        return recipe;
    }

    /// <summary>How long and how fast.</summary>
    [JsonIgnore]
    public Schedule Schedule => new(Seed, Steps, LearningRate, WeightDecay, Threads);
}
