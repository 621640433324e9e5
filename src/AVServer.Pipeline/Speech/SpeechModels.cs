using AVServer.Contracts;
using AVServer.Detection;
using AVServer.Runtime;
using AVServer.Signal;
using AVServer.Speech;
using AVServer.Speech.Vosk;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace AVServer.Pipeline;

/// <summary>
/// What listens to speech itself: voice activity, the transcriber, the emotion model with its front end and word vectors. Shared by all
/// streams.
/// </summary>
internal sealed partial class SpeechModels : IDisposable
{
    // Who speaks for longer without a model that asks for less.
    private const double LongestUtteranceSeconds = 15;

    /// <summary>Why emotion is off, for those who ask.</summary>
    private const string Off = "Emotion is off: no purpose is declared. Set Emotion:Purpose to say what the estimates are for.";

    private readonly string? _emotionName;
    private readonly VoskTranscriber? _vosk;

    /// <exception cref="SetupException">The configuration asks for something that isn't installed; says what to do.</exception>
    /// <exception cref="ModelStoreException">A model can't be loaded.</exception>
    /// <param name="runtime">Loads them.</param>
    /// <param name="emotion">Whether emotion is on, and by which model.</param>
    /// <param name="speech">Who transcribes.</param>
    /// <param name="logger">Told what is on and off.</param>
    /// <param name="own">The host's own recogniser, not disposed here; null where there is none.</param>
    public SpeechModels(
        ModelRuntime runtime, IOptions<EmotionOptions> emotion, IOptions<SpeechOptions> speech, ILogger<SpeechModels> logger,
        ITranscriber? own = null)
    {
        if (emotion.Value.IsOn)
        {
            _emotionName = emotion.Value.Model;
            Emotion = LoadEmotion(runtime, _emotionName);
            if (Emotion.Spec.Encoder is { } encoder)
            {
                Encoder = LoadEncoder(runtime, encoder, Emotion);
                Speakers = LoadSpeakers(runtime);
            }
            else
            {
                FrontEnd = ChooseFrontEnd(Emotion);
            }
            if (Emotion.Spec.WordVectors is { } vectors) Words = LoadWords(runtime.Store, vectors, Emotion);
            EmotionReference = new ModelReference(Emotion.Manifest.Name, Emotion.Manifest.Version);
            Log.EmotionOn(logger, _emotionName);
        }
        else
        {
            // A name that was given is right or wrong whether emotion is on or off; the default one need not be there.
            if (emotion.Value.Model != new EmotionOptions().Model) CheckEmotionName(runtime, emotion.Value.Model);
            Log.EmotionOff(logger, Off);
        }
        TextTimeout = speech.Value.Patience;
        Transcriber = Choose(runtime.Store, speech.Value.Transcriber, own, logger);
        if (Transcriber == TranscriberKind.Own) Recogniser = own;
        if (Transcriber == TranscriberKind.Vosk)
        {
            var stored = runtime.Store.OfKind(ModelKind.Transcriber).First();
            Recogniser = _vosk = new VoskTranscriber(stored.Folder);
            RecogniserReference = new ModelReference(stored.Manifest.Name, stored.Manifest.Version);
        }
        if (!Listens) return;
        var voice = runtime.Store.OfKind(ModelKind.VoiceActivity).FirstOrDefault()
            ?? throw new SetupException(
                "Expected a voice-activity model in the models' folder, because utterances are cut by it; found none. Restore "
                + "models/voice-activity.");
        VoiceActivity = runtime.VoiceActivity(voice.Manifest.Name);
    }

    /// <summary>Whether anything listens to speech.</summary>
    public bool Listens => Emotion is not null || Transcriber != TranscriberKind.None;

    /// <summary>Finds voices; there where <see cref="Listens"/>.</summary>
    public VoiceActivityModel? VoiceActivity { get; }

    /// <summary>Estimates emotions; null where emotion is off.</summary>
    public EmotionModel? Emotion { get; }

    /// <summary>Hears for the emotion model; null where its features are a front end's.</summary>
    public SpeechEncoder? Encoder { get; }

    /// <summary>
    /// Tells the speakers of a stream apart for the emotion model; null where none is installed, or a front end hears for it.
    /// </summary>
    public SpeakerEmbedding? Speakers { get; }

    /// <summary>Makes the emotion model's features; null where an encoder hears for it.</summary>
    public IEmotionFrontEnd? FrontEnd { get; }

    /// <summary>Vectors of the words that the emotion model reads; null where it only hears.</summary>
    public WordVectors? Words { get; }

    /// <summary>The emotion model, for events.</summary>
    public ModelReference? EmotionReference { get; }

    /// <summary>Who writes down what is said.</summary>
    public TranscriberKind Transcriber { get; }

    /// <summary>How long a final estimate waits for the words.</summary>
    public TimeSpan TextTimeout { get; }

    /// <summary>The recogniser; null where the server transcribes nothing.</summary>
    public ITranscriber? Recogniser { get; }

    /// <summary>The recogniser, for events.</summary>
    public ModelReference? RecogniserReference { get; }

    /// <summary>Work on speech that may go on at the same time, a core each: it must not starve the wake words.</summary>
    public SemaphoreSlim Slots { get; } = new(Environment.ProcessorCount);

    /// <summary>How utterances are cut.</summary>
    public UtteranceOptions Utterances
    {
        get
        {
            var seconds = Emotion?.Spec.MaxSeconds ?? LongestUtteranceSeconds;
            return new UtteranceOptions
            {
                Maximum = TimeSpan.FromSeconds(seconds),
                Overlap = TimeSpan.FromSeconds(Math.Min(1, seconds / 7.5))
            };
        }
    }

    /// <summary>Names and versions of what listens.</summary>
    public IEnumerable<ModelReference> References => new[] { RecogniserReference, EmotionReference }.OfType<ModelReference>();

    /// <summary>Adds to a model's summary what its manifest alone can't say.</summary>
    public ModelSummary Describe(ModelSummary summary, ModelManifest manifest) => manifest.Kind switch
    {
        ModelKind.Emotion => summary with
        {
            Keywords = [],
            Emotions = manifest.Labels,
            Active = manifest.Name == _emotionName,
            Note = Emotion is null ? Off : manifest.Name == _emotionName ? null : $"Not chosen; Emotion:Model is '{_emotionName}'.",
        },
        ModelKind.Transcriber => summary with { Active = manifest.Name == RecogniserReference?.Name },
        ModelKind.VoiceActivity => summary with { Active = Listens },
        ModelKind.SpeakerEmbedding => summary with { Active = manifest.Name == Speakers?.Manifest.Name },
        _ => summary,
    };

    public void Dispose()
    {
        _vosk?.Dispose();
        Slots.Dispose();
    }

    private static EmotionModel LoadEmotion(ModelRuntime runtime, string name)
    {
        CheckEmotionName(runtime, name);
        return runtime.Emotion(name);
    }

    private static void CheckEmotionName(ModelRuntime runtime, string name)
    {
        var known = runtime.Store.OfKind(ModelKind.Emotion).Select(model => model.Manifest.Name).ToArray();
        var there = known.Length == 0 ? "none at all" : string.Join(", ", known);
        if (!known.Contains(name))
            throw new SetupException(
                $"Emotion:Model: there is no emotion model '{name}' in the models' folder; there is {there}. "
                + "Name one of these, add its folder, or remove Emotion:Purpose and Emotion:Model.");
    }

    private static SpeechEncoder LoadEncoder(ModelRuntime runtime, string name, EmotionModel emotion)
    {
        var encoder = runtime.Encoder(name);
        return encoder.Dim == emotion.DescriptorDim
            ? encoder
            : throw new SetupException(
                $"Expected {emotion.Manifest.Name} to take {encoder.Dim} values of {name}, got {emotion.DescriptorDim}. Export the "
                + "model again.");
    }

    private static SpeakerEmbedding? LoadSpeakers(ModelRuntime runtime)
    {
        if (runtime.Store.OfKind(ModelKind.SpeakerEmbedding).FirstOrDefault() is not { } stored) return null;
        var speakers = runtime.Speakers(stored.Manifest.Name);
        return speakers.FrameDim == SpeakerFrontEnd.Dim
            ? speakers
            : throw new SetupException(
                $"Expected {stored.Manifest.Name} to take frames of {SpeakerFrontEnd.Dim} values, got {speakers.FrameDim}. Restore "
                + "models/speaker-embedding.");
    }

    private static IEmotionFrontEnd ChooseFrontEnd(EmotionModel emotion)
    {
        IEmotionFrontEnd frontEnd = emotion.Spec.FrontEnd switch
        {
            EmotionFrontEnd.LightSerNet => new LightSerNetFrontEnd(),
            EmotionFrontEnd.Voice => new VoiceFrontEnd(),
            _ => new MfccDeltasFrontEnd(),
        };
        return (emotion.FeatureDim, emotion.DescriptorDim) == (frontEnd.Dim, frontEnd.DescriptorDim)
            ? frontEnd
            : throw new SetupException(
                $"Expected {emotion.Manifest.Name} to take {frontEnd.Dim} values and {frontEnd.DescriptorDim} descriptors of "
                + $"{emotion.Spec.FrontEnd}, got {emotion.FeatureDim} and {emotion.DescriptorDim}. Export the model again.");
    }

    private static WordVectors LoadWords(ModelStore store, string name, EmotionModel emotion)
    {
        var words = Read(store.Get(name));
        if (emotion.Spec.WordVotes is { } votes) words = words.Beside(Read(store.Get(votes)));
        return words.Dim == emotion.WordDim ? words
            : throw new SetupException(
                $"Expected words of {emotion.WordDim} values for {emotion.Manifest.Name}, got {words.Dim} from "
                + $"{string.Join(" and ", new[] { name, emotion.Spec.WordVotes }.OfType<string>())}. Export the emotion model again.");

        static WordVectors Read(StoredModel stored) =>
            new(stored.ReadFile(WordVectorFiles.Words), stored.ReadFile(WordVectorFiles.Vectors));
    }

    private TranscriberKind Choose(ModelStore store, TranscriberKind? asked, ITranscriber? own, ILogger logger)
    {
        if (asked == TranscriberKind.Own && own is null)
            throw new SetupException(
                "Speech:Transcriber is own, but the program has registered no ITranscriber. Set Speech:Transcriber to vosk, client "
                + "or none.");
        if (asked is { } kind && kind != TranscriberKind.Vosk) return kind;
        if (asked is null && Emotion is null) return TranscriberKind.None;
        if (asked is null && own is not null) return TranscriberKind.Own;
        var hasModel = store.OfKind(ModelKind.Transcriber).Any();
        if (hasModel && VoskTranscriber.IsInstalled) return TranscriberKind.Vosk;
        if (asked is not null)
            throw new SetupException(
                "Speech:Transcriber is vosk, but "
                + $"{(hasModel ? "libvosk.so isn't beside the program" : "there is no transcriber in the models' folder")}. "
                + "Run scripts/setup.sh and build again, or set Speech:Transcriber to client or none.");
        Log.NoTranscriber(logger);
        return TranscriberKind.None;
    }

    private static partial class Log
    {
        [LoggerMessage(LogEventIds.EmotionOff, LogLevel.Information, "{Why}")]
        public static partial void EmotionOff(ILogger logger, string why);

        [LoggerMessage(
            LogEventIds.EmotionOn, LogLevel.Information, "Emotion is on, estimated by {Model}: what speech expresses, not what is felt.")]
        public static partial void EmotionOn(ILogger logger, string model);

        [LoggerMessage(
            LogEventIds.NoTranscriber, LogLevel.Information,
            "Vosk isn't installed: emotion is estimated without words. scripts/setup.sh installs it.")]
        public static partial void NoTranscriber(ILogger logger);
    }
}
