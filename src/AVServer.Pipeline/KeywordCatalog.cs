using AVServer.Contracts;
using AVServer.Runtime;
using AVServer.Signal;
using Microsoft.Extensions.Options;

namespace AVServer.Pipeline;

/// <summary>The keyword models of the process: those that listen on every stream, and the others by name.</summary>
/// <remarks>Everything in it is shared and immutable.</remarks>
internal sealed class KeywordCatalog
{
    private readonly ModelRuntime _runtime;
    private readonly Dictionary<string, KeywordOptions> _configured;

    /// <exception cref="ModelStoreException">A model can't be loaded, or a keyword has no threshold.</exception>
    /// <exception cref="SetupException">The configuration names a model or a keyword that isn't there, or a model twice.</exception>
    /// <exception cref="InvalidOperationException">The active models don't hear the same features.</exception>
    public KeywordCatalog(ModelRuntime runtime, IOptions<PipelineOptions> options)
    {
        _runtime = runtime;
        CheckNames(options.Value.Keywords);
        _configured = options.Value.Keywords.ToDictionary(keyword => keyword.Model);
        Active = _configured.Count > 0 ? Join(_configured.Keys.Select(Get))
            : Join([.. DefaultNames().Select(Get), .. options.Value.AudioVisual ? [DefaultAudioVisual()] : Array.Empty<ListeningModels>()]);
        (string Name, FeatureSpec Features)[] heard =
            [.. Active.Spoken.Select(model => (model.Name, model.Features)),
                .. Active.AudioVisual.Select(model => (model.Name, model.Features))];
        if (heard.Select(model => model.Features).Distinct().Count() > 1)
            throw new InvalidOperationException(
                "Expected keyword models that hear the same features, got "
                + $"{string.Join("; ", heard.Select(model => $"{model.Name}: {model.Features}"))}. Run them in separate servers.");
        // What finds faces has to be there before the first stream needs it.
        if (Active.WantsPictures)
            foreach (var name in FaceModels.Names) _ = runtime.Store.Get(name);
        Summaries = [.. runtime.Store.Models.Select(Summarise)];
    }

    /// <summary>The models that listen on live streams.</summary>
    public ListeningModels Active { get; }

    /// <summary>Every model of the store, for clients.</summary>
    public IReadOnlyList<ModelSummary> Summaries { get; }

    /// <summary>What a model of the store says of itself.</summary>
    public ModelManifest ManifestOf(string name) => _runtime.Store.Get(name).Manifest;

    /// <summary>The front end that models with these features share.</summary>
    public static FbankOptions FrontEnd(FeatureSpec features) => new()
    {
        SampleRateHz = features.SampleRateHz,
        FrameLengthMs = features.FrameLengthMs,
        HopMs = features.HopMs,
        Mels = features.Mels,
        LowHz = features.LowHz,
        HighHz = features.HighHz,
        SnipEdges = features.SnipEdges,
    };

    /// <summary>
    /// A keyword model by name: a verifier with its spotter, a spotter alone, or an audio-visual one, which then listens without pictures
    /// too.
    /// </summary>
    /// <exception cref="UnknownModelException">There is none, or it is of another kind.</exception>
    public ListeningModels Get(string name)
    {
        var stored = _runtime.Store.Get(name);
        return stored.Manifest.Kind switch
        {
            ModelKind.KeywordVerifier => new ListeningModels([Cascade(stored)], []),
            ModelKind.KeywordSpotter => new ListeningModels([Alone(stored)], []),
            ModelKind.AudioVisualSpotter => new ListeningModels([], [AudioVisual(stored, withoutVideo: true)]),
            _ => throw new UnknownModelException(name, NamesThatListen()),
        };
    }

    private void CheckNames(IList<KeywordOptions> keywords)
    {
        var known = NamesThatListen();
        for (var i = 0; i < keywords.Count; i++)
        {
            var (setting, keyword) = ($"{PipelineOptions.Section}:{nameof(PipelineOptions.Keywords)}:{i}", keywords[i]);
            if (!known.Contains(keyword.Model))
                throw new SetupException(
                    $"{setting}:Model: expected one of the keyword models {string.Join(", ", known)}, got '{keyword.Model}'.");
            if (keywords.Take(i).Any(other => other.Model == keyword.Model))
                throw new SetupException($"{setting}:Model: expected each model once, got '{keyword.Model}' again.");
            var manifest = _runtime.Store.Get(keyword.Model).Manifest;
            string[] thresholds =
                manifest.Kind == ModelKind.AudioVisualSpotter ? [.. Enum.GetValues<Modality>().Select(KeyOf)] : [.. manifest.Labels];
            if (keyword.Thresholds.Keys.Except(thresholds).FirstOrDefault() is { } unknown)
                throw new SetupException(
                    $"{setting}:Thresholds: expected {string.Join(", ", thresholds)}, which {keyword.Model} knows, got '{unknown}'.");
        }
    }

    /// <summary>The models that <see cref="Get"/> takes.</summary>
    private string[] NamesThatListen() =>
    [
        .. _runtime.Store.Models.Select(model => model.Manifest)
            .Where(model => model.Kind is ModelKind.KeywordVerifier or ModelKind.KeywordSpotter or ModelKind.AudioVisualSpotter)
            .Select(model => model.Name),
    ];

    private static ListeningModels Join(IEnumerable<ListeningModels> parts)
    {
        var all = parts.ToList();
        return new ListeningModels([.. all.SelectMany(part => part.Spoken)], [.. all.SelectMany(part => part.AudioVisual)]);
    }

    private ListeningModels DefaultAudioVisual() =>
        new([], [.. _runtime.Store.OfKind(ModelKind.AudioVisualSpotter).Select(model => AudioVisual(model, withoutVideo: false))]);

    private IEnumerable<string> DefaultNames()
    {
        var kind = _runtime.Store.OfKind(ModelKind.KeywordVerifier).Any() ? ModelKind.KeywordVerifier : ModelKind.KeywordSpotter;
        return _runtime.Store.OfKind(kind).Select(model => model.Manifest.Name);
    }

    private KeywordModel Cascade(StoredModel verifier)
    {
        var manifest = verifier.Manifest;
        var spotter = _runtime.Store.Get(manifest.FirstStage!.Name);
        var stage = new VerifierStage(
            _runtime.Verifier(manifest.Name), _runtime.Embedding(manifest.Embedding!), manifest.FirstStage.Weight, Reference(manifest));
        return Build(manifest.Name, spotter, manifest.Trigger, stage, keyword =>
            Threshold(verifier, keyword) with { FirstThreshold = manifest.FirstStage.Threshold.GetValueOrDefault(keyword, 1) });
    }

    private KeywordModel Alone(StoredModel spotter) =>
        Build(spotter.Manifest.Name, spotter, spotter.Manifest.Trigger, null, keyword => Threshold(spotter, keyword));

    private KeywordModel Build(
        string name, StoredModel spotter, TriggerSpec trigger, VerifierStage? verifier, Func<string, KeywordThreshold> threshold)
    {
        var manifest = spotter.Manifest;
        return new KeywordModel(
            name,
            _runtime.Spotter(manifest.Name),
            Reference(manifest),
            manifest.Features!,
            manifest.Streaming!.OutputsPerChunk,
            [.. manifest.Labels.Select(threshold)],
            manifest.Trigger.SmoothingFrames,
            trigger.VerifySteps,
            (int)Math.Round(trigger.RefractorySeconds / AudioClock.Step.TotalSeconds),
            verifier);
    }

    private KeywordThreshold Threshold(StoredModel model, string keyword)
    {
        var options = _configured.GetValueOrDefault(model.Manifest.Name);
        if (options is not null && options.Thresholds.TryGetValue(keyword, out var byHand))
            return new KeywordThreshold(keyword, byHand, byHand, null);
        var target = options?.FalseAlarmsPerHour ?? model.Manifest.OperatingPoint?.FalseAlarmsPerHour;
        var threshold = (float)model.ThresholdFor(keyword, target).Threshold;
        return new KeywordThreshold(keyword, threshold, threshold, target);
    }

    private AudioVisualKeyword AudioVisual(StoredModel stored, bool withoutVideo)
    {
        var manifest = stored.Manifest;
        var options = _configured.GetValueOrDefault(manifest.Name);
        var target = options?.FalseAlarmsPerHour ?? manifest.OperatingPoint?.FalseAlarmsPerHour;
        var byHand = false;
        var thresholds = new Dictionary<Modality, float>();
        foreach (var modality in Enum.GetValues<Modality>())
        {
            var key = KeyOf(modality);
            if (options is not null && options.Thresholds.TryGetValue(key, out var set)) (thresholds[modality], byHand) = (set, true);
            // Lips alone may be left uncalibrated: then they alone never decide.
            else if (modality != Modality.Visual || manifest.AudioVisual!.Calibration.ContainsKey(key))
                thresholds[modality] = (float)stored.ModalityThresholdFor(key, target).Threshold;
        }
        var spec = manifest.AudioVisual!;
        return new AudioVisualKeyword(
            _runtime.AudioVisual(manifest.Name),
            Reference(manifest),
            manifest.Labels[0],
            thresholds,
            byHand ? null : target,
            (int)Math.Round(spec.StrideMs / AudioClock.Step.TotalMilliseconds),
            (int)Math.Round(manifest.Trigger.RefractorySeconds / AudioClock.Step.TotalSeconds),
            withoutVideo);
    }

    private ModelSummary Summarise(StoredModel stored)
    {
        var manifest = stored.Manifest;
        var listener = Active.Spoken.FirstOrDefault(model => model.Name == manifest.Name);
        var spoken = listener?.Words[0];
        var audioVisual = Active.AudioVisual.FirstOrDefault(model => model.Name == manifest.Name);
        var behind = Active.Spoken.FirstOrDefault(model => model.Verifier is not null && model.SpotterReference.Name == manifest.Name);
        return new ModelSummary(
            manifest.Name,
            manifest.Version,
            char.ToLowerInvariant(manifest.Kind.ToString()[0]) + manifest.Kind.ToString()[1..],
            manifest.Kind == ModelKind.LipPhones ? [] : manifest.Labels,   // phones are no words that it knows
            manifest.Licence,
            spoken is not null || audioVisual is not null,
            spoken?.Threshold ?? audioVisual?.Thresholds[Modality.AudioVisual] ?? behind?.Words[0].FirstThreshold,
            spoken?.FalseAlarmsPerHour ?? audioVisual?.FalseAlarmsPerHour,
            FirstStage: manifest.FirstStage?.Name,
            RefractorySeconds: spoken is not null || audioVisual is not null ? manifest.Trigger.RefractorySeconds : null,
            Calibration: audioVisual is not null ? Calibration(audioVisual, manifest) : listener is not null
                ? Calibration(listener, manifest)
                : null);
    }

    private static KeywordCalibration[] Calibration(KeywordModel model, ModelManifest manifest) =>
        [.. model.Words.Where(word => manifest.Calibration.ContainsKey(word.Keyword))
            .Select(word => Describe(manifest.Calibration[word.Keyword], word.Keyword, word.Threshold))];

    private static KeywordCalibration[] Calibration(AudioVisualKeyword model, ModelManifest manifest) =>
    [
        .. model.Thresholds
            .Select(
                threshold =>
                    (Modality: threshold.Key, threshold.Value,
                        Table: manifest.AudioVisual!.Calibration.GetValueOrDefault(KeyOf(threshold.Key))))
            .Where(way => way.Table is not null)
            .Select(way => Describe(way.Table!, model.Keyword, way.Value) with { Modality = way.Modality }),
    ];

    private static KeywordCalibration Describe(CalibrationTable table, string keyword, float threshold) => new(
        keyword, threshold, table.Data, table.FillerHours, table.KeywordUtterances,
        [.. table.Points.Select(point => new MeasuredThreshold(point.Threshold, point.FalseAlarmsPerHour, point.Frr))]);

    private static string KeyOf(Modality modality) =>
        modality switch { Modality.Audio => AudioVisualSpec.Audio, Modality.Visual => AudioVisualSpec.Visual, _ => AudioVisualSpec.Both };

    private static ModelReference Reference(ModelManifest manifest) => new(manifest.Name, manifest.Version);
}
