using System.Text.Json;
using System.Text.Json.Serialization;
using AVServer.Lab.Data;
using AVServer.Lab.Training;

namespace AVServer.Lab.Lips;

/// <summary>How a network learns which phones lips show.</summary>
/// <param name="Name">Name of the model.</param>
/// <param name="Version">Version of the weights.</param>
/// <param name="Licence">Licence of the weights, as their corpora allow; an SPDX expression.</param>
/// <param name="Faces">Corpora of talking faces that teach.</param>
/// <param name="Teacher">Name of the phone model that hears the sound and so labels the pictures.</param>
/// <param name="Seed">Seed of weights, windows and views.</param>
/// <param name="Steps">Training steps.</param>
/// <param name="Batch">Windows of a step.</param>
/// <param name="LearningRate">Highest learning rate; it rises over the first twentieth and falls as a cosine.</param>
/// <param name="Words">Words by which the report measures how well lips alone find a word.</param>
public sealed record LipPhoneRecipe(
    string Name, string Version, string Licence, IReadOnlyList<FaceCorpus> Faces, string Teacher, int Seed, int Steps, int Batch,
    double LearningRate, IReadOnlyList<string> Words)
{
    /// <summary>Corpora that only judge: what weights that they didn't teach are worth on them.</summary>
    public IReadOnlyList<FaceCorpus> Judges { get; init; } = [];

    /// <summary>Numbers of training talkers at which the report measures.</summary>
    public IReadOnlyList<int> TalkerCounts { get; init; } = [];

    /// <summary>Folds of talkers for the report; talkers of a fold are left out of its training. 0: each talker is a fold.</summary>
    public int Folds { get; init; }

    /// <summary>Corpus of speech whose talkers babble where words are looked for in noise; empty: they aren't.</summary>
    public string Babble { get; init; } = "";

    /// <summary>Pictures of a window.</summary>
    public int WindowPictures { get; init; } = 50;

    /// <summary>Views of each talker's mouth beside the straight one.</summary>
    public int Views { get; init; } = 5;

    /// <summary>How much the alignment with the words counts in the targets; the rest is what the teacher hears freely.</summary>
    public double AlignmentShare { get; init; } = 0.7;

    /// <summary>Decay of AdamW.</summary>
    public double WeightDecay { get; init; } = 0.02;

    /// <summary>Threads of libtorch.</summary>
    public int Threads { get; init; } = 1;

    /// <summary>How long and how fast.</summary>
    [JsonIgnore]
    public Schedule Schedule => new(Seed, Steps, LearningRate, WeightDecay, Threads, CheckpointSteps: 200);

    /// <summary>Reads a recipe.</summary>
    /// <exception cref="JsonException">It is not one.</exception>
    public static LipPhoneRecipe Load(string path) =>
        JsonSerializer.Deserialize<LipPhoneRecipe>(File.ReadAllText(path), DataRecipe.Json)
            ?? throw new JsonException($"Expected a recipe of lips that know phones in {path}, got null.");
}

/// <summary>A corpus of talking faces.</summary>
/// <param name="Set">Its name.</param>
/// <param name="PerTalker">Recordings of a talker that are used at most.</param>
/// <param name="OneCamera">Whether all talkers were recorded alike, so that their pictures are late by the same time.</param>
public sealed record FaceCorpus(string Set, int PerTalker, bool OneCamera = false);
