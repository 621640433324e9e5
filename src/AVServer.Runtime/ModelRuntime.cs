using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace AVServer.Runtime;

/// <summary>The models of a process: each loaded once, when first asked for, and shared by all streams.</summary>
/// <remarks>Thread-safe. Owns what it hands out.</remarks>
public sealed partial class ModelRuntime : IDisposable
{
    private readonly RuntimeOptions _options;
    private readonly TimeProvider _time;
    private readonly IMeterFactory? _meters;
    private readonly SessionFactory _sessions;
    private readonly Lock _gate = new();
    private readonly Dictionary<string, IDisposable> _loaded = new(StringComparer.Ordinal);
    private readonly List<IDisposable> _owned = [];
    private bool _isDisposed;

    /// <summary>Opens the store; loads nothing yet.</summary>
    /// <exception cref="ModelStoreException">The models aren't what their manifests say.</exception>
    public ModelRuntime(IOptions<RuntimeOptions> options, TimeProvider time, ILogger<ModelRuntime> logger, IMeterFactory? meters = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options.Value;
        _time = time;
        _meters = meters;
        Store = ModelStore.Open(_options.ModelsPath);
        foreach (var folder in Store.ForeignFolders) Log.ForeignFolder(logger, folder, _options.ModelsPath);
        _sessions = new SessionFactory(_options.Provider, logger);
    }

    /// <summary>The models that there are.</summary>
    public ModelStore Store { get; }

    /// <summary>A keyword spotter, ready to step streams.</summary>
    /// <exception cref="UnknownModelException">There is no such model.</exception>
    /// <exception cref="ModelStoreException">It can't be loaded.</exception>
    public DynamicBatcher Spotter(string name) => Load(name, model =>
    {
        var streaming = Own(StreamingModel.Load(model, _sessions));
        return new DynamicBatcher(streaming, _options, _time, _meters);
    });

    /// <summary>A phone network, ready to step streams.</summary>
    /// <inheritdoc cref="Spotter" path="/exception"/>
    public DynamicBatcher Phones(string name) => Load(name, model =>
    {
        var streaming = Own(StreamingModel.LoadPhones(model));
        return new DynamicBatcher(streaming, _options, _time, _meters);
    });

    /// <summary>The judge of typed words that belongs to a phone network.</summary>
    /// <inheritdoc cref="Spotter" path="/exception"/>
    public WordJudgeModel WordJudge(string name)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            var key = $"{name}/{PhoneModelFiles.Judge}";
            if (!_loaded.TryGetValue(key, out var loaded)) _loaded.Add(key, loaded = Own(WordJudgeModel.Load(Store.Get(name))));
            return (WordJudgeModel)loaded;
        }
    }

    /// <summary>A keyword verifier.</summary>
    /// <inheritdoc cref="Spotter" path="/exception"/>
    public VerifierModel Verifier(string name) => Load(name, model => VerifierModel.Load(model, _sessions));

    /// <summary>A network that tells from a mouth which phones it shows.</summary>
    /// <inheritdoc cref="Spotter" path="/exception"/>
    public LipPhoneModel LipPhones(string name) => Load(name, LipPhoneModel.Load);

    /// <summary>An audio-visual spotter.</summary>
    /// <inheritdoc cref="Spotter" path="/exception"/>
    public AudioVisualModel AudioVisual(string name) => Load(name, model =>
    {
        var lips = Own(StreamingModel.LoadLips(model, _sessions));
        var encoder = Own(new DynamicBatcher(lips, _options, _time, _meters));
        return AudioVisualModel.Load(model, encoder, _sessions);
    });

    /// <summary>A speech embedding.</summary>
    /// <inheritdoc cref="Spotter" path="/exception"/>
    public SpeechEmbedding Embedding(string name) => Load(name, model => SpeechEmbedding.Load(model, _sessions));

    /// <summary>A detector of voices.</summary>
    /// <inheritdoc cref="Spotter" path="/exception"/>
    public VoiceActivityModel VoiceActivity(string name) => Load(name, model => VoiceActivityModel.Load(model));

    /// <summary>A speech encoder.</summary>
    /// <inheritdoc cref="Spotter" path="/exception"/>
    public SpeechEncoder Encoder(string name) => Load(name, SpeechEncoder.Load);

    /// <summary>A speaker embedding.</summary>
    /// <inheritdoc cref="Spotter" path="/exception"/>
    public SpeakerEmbedding Speakers(string name) => Load(name, SpeakerEmbedding.Load);

    /// <summary>A recogniser that says how well sound fits a text.</summary>
    /// <inheritdoc cref="Spotter" path="/exception"/>
    public SpeechRecogniserModel Recogniser(string name) => Load(name, SpeechRecogniserModel.Load);

    /// <summary>An emotion model.</summary>
    /// <inheritdoc cref="Spotter" path="/exception"/>
    public EmotionModel Emotion(string name) => Load(name, model => EmotionModel.Load(model, _sessions));

    /// <summary>Stops the batchers and frees every model.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_isDisposed) return;
            _isDisposed = true;
            // Batchers stand behind the models that they run.
            for (var i = _owned.Count - 1; i >= 0; i--) _owned[i].Dispose();
        }
    }

    private T Load<T>(string name, Func<StoredModel, T> load)
        where T : class, IDisposable
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            if (!_loaded.TryGetValue(name, out var loaded))
            {
                loaded = Own(load(Store.Get(name)));
                _loaded.Add(name, loaded);
            }
            return loaded as T
                ?? throw new ArgumentException(
                    $"Expected the name of a model for {typeof(T).Name}, got '{name}', a {Store.Get(name).Manifest.Kind}.", nameof(name));
        }
    }

    private T Own<T>(T part)
        where T : IDisposable
    {
        _owned.Add(part);
        return part;
    }

    private static partial class Log
    {
        [LoggerMessage(
            LogEventIds.ForeignModelFolder, LogLevel.Warning,
            "The folder {Folder} in {ModelsPath} has no manifest.json, so it is no model and is left alone.")]
        public static partial void ForeignFolder(ILogger logger, string folder, string modelsPath);
    }
}
