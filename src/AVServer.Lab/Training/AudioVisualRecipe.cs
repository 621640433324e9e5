using System.Text.Json;
using System.Text.Json.Serialization;
using AVServer.Lab.Augmentation;
using AVServer.Lab.Data;
using AVServer.Networks.Flcma;

namespace AVServer.Lab.Training;

/// <summary>Everything that the training of an audio-visual spotter depends on beside the recordings.</summary>
/// <param name="Name">Name of the model.</param>
/// <param name="Version">Version of the weights.</param>
/// <param name="Data">File of the <see cref="DataRecipe"/>, relative to the recipe.</param>
/// <param name="Seed">Seed of examples, weights and order.</param>
/// <param name="Audio">Training of the audio model alone.</param>
/// <param name="Visual">Training of the visual model alone.</param>
/// <param name="Joint">Training of both together, from their weights; the lip encoder stays as it is.</param>
/// <param name="Sound">How the sound is changed.</param>
/// <param name="Lips">How the pictures are changed.</param>
/// <param name="Threads">Threads of libtorch.</param>
/// <param name="MisleadingLipsShare">Of the joint training's windows with sound, those whose lips are another recording's, whatever it
/// says, and the sound is right.</param>
/// <param name="Members">Networks that are trained together from the same two models, and vote; each has a seed of its own, one higher than
/// the one before.</param>
public sealed record AudioVisualRecipe(
    string Name,
    string Version,
    string Data,
    int Seed,
    AudioVisualStage Audio,
    AudioVisualStage Visual,
    AudioVisualStage Joint,
    SoundRecipe Sound,
    LipAugmentRecipe Lips,
    int Threads = 2,
    double MisleadingLipsShare = 0,
    int Members = 1)
{
    /// <summary>Size of the networks.</summary>
    public static FlcmaConfig Model => FlcmaConfig.Small;

    /// <summary>Names of all trainings, in order.</summary>
    [JsonIgnore]
    public IReadOnlyList<string> Stages => ["audio", "visual", .. JointStages];

    /// <summary>Names of the joint trainings, one for each member.</summary>
    [JsonIgnore]
    public IReadOnlyList<string> JointStages =>
        [.. Enumerable.Range(1, Members).Select(member => FormattableString.Invariant($"joint-{member}"))];

    /// <summary>The recipe of a member's joint training.</summary>
    /// <param name="member">From 0.</param>
    public AudioVisualRecipe Of(int member) => this with { Seed = Seed + member };

    /// <summary>Reads a recipe.</summary>
    /// <exception cref="JsonException">It is not one.</exception>
    public static AudioVisualRecipe Load(string path) =>
        JsonSerializer.Deserialize<AudioVisualRecipe>(File.ReadAllText(path), DataRecipe.Json)
            ?? throw new JsonException($"Expected a training recipe in {path}, got null.");

    /// <summary>How long and how fast a stage goes.</summary>
    public Schedule Schedule(AudioVisualStage stage) =>
        new(Seed, stage.Steps, stage.LearningRate, stage.WeightDecay, Threads, stage.CheckpointSteps);
}

/// <summary>One stage of the training.</summary>
/// <param name="Steps">Training steps.</param>
/// <param name="Batch">Windows a step (audio, joint), or recordings of which four windows each are taken (visual).</param>
/// <param name="LearningRate">Highest learning rate.</param>
/// <param name="WeightDecay">Decay of AdamW.</param>
/// <param name="CheckpointSteps">Steps from one checkpoint, and one look at dev, to the next.</param>
public sealed record AudioVisualStage(int Steps, int Batch, double LearningRate, double WeightDecay = 0.05, int CheckpointSteps = 250);
