using System.Text.Json;
using System.Text.Json.Serialization;
using AVServer.Lab.Data;

namespace AVServer.Lab.Training.Phones;

/// <summary>How a phone network learns to hear through noise what it hears without.</summary>
/// <param name="Name">Name of the model.</param>
/// <param name="Version">Version of the weights.</param>
/// <param name="Teacher">Model folder whose <c>am/final.mdl</c> gives the first weights and, on clean sound, the targets.</param>
/// <param name="Data">File of the <see cref="DataRecipe"/>, relative to the recipe.</param>
/// <param name="Words">Corpora of single words; the others are running speech.</param>
/// <param name="Seed">Seed of the windows and what is mixed into them.</param>
/// <param name="Steps">Training steps.</param>
/// <param name="Batch">Windows of a step.</param>
/// <param name="LearningRate">Highest learning rate; it rises over the first twentieth and falls as a cosine.</param>
/// <param name="Threads">Threads of libtorch.</param>
public sealed record PhoneRecipe(
    string Name,
    string Version,
    string Teacher,
    string Data,
    IReadOnlyList<string> Words,
    int Seed,
    int Steps,
    int Batch,
    double LearningRate,
    int Threads = 1)
{
    /// <summary>Run whose last checkpoint gives the first weights; empty: the teacher's.</summary>
    public string Start { get; init; } = "";

    /// <summary>Length of a window.</summary>
    public double WindowSeconds { get; init; } = 4;

    /// <summary>Share of windows that hold single words, several after each other.</summary>
    public double WordShare { get; init; } = 0.3;

    /// <summary>Share of windows that stay clean, so that clean speech is kept.</summary>
    public double CleanShare { get; init; } = 0.25;

    /// <summary>Share of windows that are heard in a room.</summary>
    public double RoomShare { get; init; } = 0.35;

    /// <summary>Share of windows that are heard through a telephone's band.</summary>
    public double TelephoneShare { get; init; }

    /// <summary>Share of windows that are heard much too quiet, rounded to 16 bits.</summary>
    public double QuietShare { get; init; }

    /// <summary>By how much at most a quiet window lies below its level, in dB.</summary>
    public double QuietDb { get; init; } = 40;

    /// <summary>Least ratio of speech to noise, in dB.</summary>
    public double LeastSnrDb { get; init; } = -5;

    /// <summary>Highest ratio of speech to noise, in dB.</summary>
    public double HighestSnrDb { get; init; } = 20;

    /// <summary>Factor on the scores before the softmax: they are flat by nature, and their order counts more than their mean.</summary>
    public double Sharpness { get; init; } = 5;

    /// <summary>
    /// Variance of the white noise that is added in expectation, Kaldi's scale: digital silence sounds like a quiet room.
    /// </summary>
    public float NoiseVariance { get; init; } = 1;

    /// <summary>How long and how fast.</summary>
    [JsonIgnore]
    public Schedule Schedule => new(Seed, Steps, LearningRate, 0, Threads, CheckpointSteps: 100, ClipNorm: 1);

    /// <summary>Reads a recipe.</summary>
    /// <exception cref="JsonException">It is not one.</exception>
    public static PhoneRecipe Load(string path) =>
        JsonSerializer.Deserialize<PhoneRecipe>(File.ReadAllText(path), DataRecipe.Json)
            ?? throw new JsonException($"Expected a recipe of a phone network in {path}, got null.");
}
