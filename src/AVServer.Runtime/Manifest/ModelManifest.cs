using System.Text.Json;
using System.Text.Json.Serialization;

namespace AVServer.Runtime;

/// <summary>The contract of a model folder: what the files are, what goes in and out, and how its thresholds were measured.</summary>
/// <remarks>
/// Written by the lab beside <c>model.onnx</c> as <c>manifest.json</c> and read by the server; one type for both, so that they can't drift.
/// JSON names are camelCase; a member that this version doesn't know is an error, because it may change what the numbers mean.
/// </remarks>
public sealed record ModelManifest
{
    /// <summary>Name of the file in every model folder.</summary>
    public const string FileName = "manifest.json";

    /// <summary>Name of the graph, which all models have but word vectors, transcribers, lexicons and letters-to-phones models.</summary>
    public const string MainFile = "model.onnx";

    /// <summary>The manifest format that this assembly reads and writes.</summary>
    public const int CurrentFormat = 1;

    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        WriteIndented = true,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false) },
    };

    /// <summary>Format of the manifest itself, <see cref="CurrentFormat"/>.</summary>
    public int Format { get; init; } = CurrentFormat;

    /// <summary>Name of the model and of its folder: lower-case letters, digits and hyphens.</summary>
    public required string Name { get; init; }

    /// <summary>Version of the weights, e.g. <c>1.0.0</c>; every event carries it.</summary>
    public required string Version { get; init; }

    /// <summary>What the model does, hence which members below it must have.</summary>
    public required ModelKind Kind { get; init; }

    /// <summary>One sentence for a list of models.</summary>
    public string Description { get; init; } = "";

    /// <summary>SPDX expression of the weights' licence.</summary>
    public required string Licence { get; init; }

    /// <summary>Where the weights come from: the training command, or the public origin.</summary>
    public string Source { get; init; } = "";

    /// <summary>When the files were made; absent where unknown.</summary>
    public DateTimeOffset? Created { get; init; }

    /// <summary>
    /// Every file that the model needs beside this one, by name, folders within its own parted by <c>/</c>; <see cref="MainFile"/> is among
    /// them wherever there is a graph.
    /// </summary>
    public required IReadOnlyDictionary<string, ModelFile> Files { get; init; }

    /// <summary>What the input rows are; absent for a model that takes another model's output.</summary>
    public FeatureSpec? Features { get; init; }

    /// <summary>
    /// Inputs of the graph, in the order of the kind: spotter <c>features</c>, <c>cache</c>; verifier <c>embeddings</c>; audio-visual
    /// spotter <c>fbank</c>,
    /// <c>lips</c>, <c>presence</c>; emotion <c>features</c>, <c>frames</c> or, behind an encoder, <c>descriptors</c>, <c>speaker</c>, and
    /// with words <c>words</c>, <c>wordCount</c>; voice activity <c>input</c>,
    /// <c>state</c>, <c>sr</c>.
    /// </summary>
    public IReadOnlyList<TensorSpec> Inputs { get; init; } = [];

    /// <summary>
    /// Outputs of the graph, in the order of the kind: spotter <c>posteriors</c>, <c>nextCache</c>; verifier <c>posterior</c>,
    /// <c>secondsSinceStart</c>, <c>secondsSinceEnd</c>; audio-visual spotter <c>posterior</c>; emotion <c>logits</c>; voice activity
    /// <c>output</c>, <c>stateN</c>.
    /// </summary>
    public IReadOnlyList<TensorSpec> Outputs { get; init; } = [];

    /// <summary>How a streaming model steps; absent for the others.</summary>
    public StreamingSpec? Streaming { get; init; }

    /// <summary>Keywords or emotions, in the order of the last axis of posteriors or logits.</summary>
    public IReadOnlyList<string> Labels { get; init; } = [];

    /// <summary>Verifier only: the spotter whose candidates it was measured on.</summary>
    public FirstStageSpec? FirstStage { get; init; }

    /// <summary>Verifier only: name of the speech-embedding model whose vectors it takes.</summary>
    public string? Embedding { get; init; }

    /// <summary>Verifier only: how many embedding vectors (80 ms each) one window has.</summary>
    public int? WindowSteps { get; init; }

    /// <summary>Audio-visual spotter only: its window, its lip encoder and its thresholds.</summary>
    public AudioVisualSpec? AudioVisual { get; init; }

    /// <summary>Emotion model only: how it is fed and read.</summary>
    public EmotionSpec? Emotion { get; init; }

    /// <summary>
    /// Thresholds and what they gave, by keyword; an audio-visual spotter's are in <see cref="AudioVisual"/>. Without a table the operator
    /// must set a threshold by hand.
    /// </summary>
    public IReadOnlyDictionary<string, CalibrationTable> Calibration { get; init; } = new Dictionary<string, CalibrationTable>();

    /// <summary>The operating point that the model is shipped at.</summary>
    public OperatingPoint? OperatingPoint { get; init; }

    /// <summary>How posteriors become triggers.</summary>
    public TriggerSpec Trigger { get; init; } = new();

    /// <summary>Reads a manifest without judging it; <see cref="Validate"/> does.</summary>
    /// <exception cref="JsonException">Not JSON, or a member is missing, unknown or of the wrong type.</exception>
    public static ModelManifest Parse(string json)
    {
        var manifest = JsonSerializer.Deserialize<ModelManifest>(json, Json)
            ?? throw new JsonException("Expected a JSON object, got null.");
        // The serializer holds members to their nullability, but not what is inside collections.
        if (manifest.Files.Values.Contains(null!)
            || manifest.Calibration.Values.Concat(manifest.AudioVisual?.Calibration.Values ?? [])
                .Any(table => table?.Points.Contains(null!) ?? true)
            || manifest.Labels.Contains(null!) || manifest.Inputs.Contains(null!) || manifest.Outputs.Contains(null!))
            throw new JsonException("Expected values in files, labels, inputs, outputs and calibration, got a null.");
        return manifest;
    }

    /// <summary>The manifest as it stands in the file: indented, with a final newline.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, Json) + "\n";

    /// <summary>
    /// Everything that is wrong with the manifest by itself, each as a sentence with expected and got; empty when it is sound.
    /// </summary>
    public IReadOnlyList<string> Validate() => ManifestValidator.Validate(this);
}

/// <summary>What a model does.</summary>
public enum ModelKind
{
    /// <summary>Streaming first stage: features → posteriors of keywords, always on.</summary>
    KeywordSpotter,

    /// <summary>Second stage: a window of speech embeddings → is the keyword in it, and where.</summary>
    KeywordVerifier,

    /// <summary>Samples → 96-d vectors, one each 80 ms, with its own mel front end.</summary>
    SpeechEmbedding,

    /// <summary>A window of fbank frames and lip features → is the keyword in it; hears, reads lips, or both.</summary>
    AudioVisualSpotter,

    /// <summary>A whole picture → boxes of faces.</summary>
    FaceDetector,

    /// <summary>A cut-out face → its landmarks.</summary>
    FaceMesh,

    /// <summary>A stretch of speech, and its words where they are known → what emotion it expresses.</summary>
    Emotion,

    /// <summary>A table of words and their vectors, without a graph.</summary>
    WordVectors,

    /// <summary>32 ms of sound at a time → does somebody speak.</summary>
    VoiceActivity,

    /// <summary>Samples → vectors of a recogniser's inner layer; the graph is cut behind its stated output.</summary>
    SpeechEncoder,

    /// <summary>Frames of an utterance → a vector that says who speaks; the graph is laid from Kaldi's file.</summary>
    SpeakerEmbedding,

    /// <summary>Encoder and decoder of a recogniser with its tokens: samples and a text → how well they fit each other.</summary>
    SpeechRecogniser,

    /// <summary>
    /// Streaming network: features → scores of phone states, with the judge of typed words and the speech that their thresholds are
    /// measured on.
    /// </summary>
    PhoneModel,

    /// <summary>Files of a speech recogniser that isn't ONNX Runtime's.</summary>
    Transcriber,

    /// <summary>Words and their phones, as text.</summary>
    Lexicon,

    /// <summary>What guesses a word's phones from its letters, without a graph.</summary>
    LettersToPhones,

    /// <summary>What a mouth does, picture by picture → logits of the phones that it shows.</summary>
    LipPhones,
}
