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
    /// <exception cref="UnknownModelException">The configuration names a model that isn't there.</exception>
    /// <exception cref="InvalidOperationException">The active models don't hear the same features.</exception>
    public KeywordCatalog(ModelRuntime runtime, IOptions<PipelineOptions> options)
    {
        _runtime = runtime;
        _configured = options.Value.Keywords.ToDictionary(keyword => keyword.Model);
        Active = [.. (_configured.Count > 0 ? _configured.Keys : DefaultNames()).Select(Get)];
        if (Active.Select(model => model.Features).Distinct().Count() > 1)
            throw new InvalidOperationException($"Expected keyword models that hear the same features, got {string.Join("; ", Active.Select(model => $"{model.Name}: {model.Features}"))}. Run them in separate servers.");
        Summaries = [.. runtime.Store.Models.Select(Summarise)];
    }

    /// <summary>The models that listen on live streams.</summary>
    public IReadOnlyList<KeywordModel> Active { get; }

    /// <summary>Every model of the store, for clients.</summary>
    public IReadOnlyList<ModelSummary> Summaries { get; }

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

    /// <summary>A keyword model by name: a verifier with its spotter, or a spotter alone.</summary>
    /// <exception cref="UnknownModelException">There is none, or it is of another kind.</exception>
    public KeywordModel Get(string name)
    {
        var stored = _runtime.Store.Get(name);
        return stored.Manifest.Kind switch
        {
            ModelKind.KeywordVerifier => Cascade(stored),
            ModelKind.KeywordSpotter => Alone(stored),
            _ => throw new UnknownModelException(name, [.. DefaultNames()]),
        };
    }

    private IEnumerable<string> DefaultNames()
    {
        var kind = _runtime.Store.OfKind(ModelKind.KeywordVerifier).Any() ? ModelKind.KeywordVerifier : ModelKind.KeywordSpotter;
        return _runtime.Store.OfKind(kind).Select(model => model.Manifest.Name);
    }

    private KeywordModel Cascade(StoredModel verifier)
    {
        var manifest = verifier.Manifest;
        var spotter = _runtime.Store.Get(manifest.FirstStage!.Name);
        var stage = new VerifierStage(_runtime.Verifier(manifest.Name), _runtime.Embedding(manifest.Embedding!), Reference(manifest));
        return Build(manifest.Name, spotter, manifest.Trigger, stage, keyword =>
            Threshold(verifier, keyword) with { FirstThreshold = manifest.FirstStage.Threshold.GetValueOrDefault(keyword, 1) });
    }

    private KeywordModel Alone(StoredModel spotter) =>
        Build(spotter.Manifest.Name, spotter, spotter.Manifest.Trigger, null, keyword => Threshold(spotter, keyword));

    private KeywordModel Build(string name, StoredModel spotter, TriggerSpec trigger, VerifierStage? verifier, Func<string, KeywordThreshold> threshold)
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
        if (options is not null && options.Thresholds.TryGetValue(keyword, out var byHand)) return new KeywordThreshold(keyword, byHand, byHand, null);
        var target = options?.FalseAlarmsPerHour ?? model.Manifest.OperatingPoint?.FalseAlarmsPerHour;
        var threshold = (float)model.ThresholdFor(keyword, target).Threshold;
        return new KeywordThreshold(keyword, threshold, threshold, target);
    }

    private ModelSummary Summarise(StoredModel stored)
    {
        var manifest = stored.Manifest;
        var active = Active.FirstOrDefault(model => model.Name == manifest.Name);
        return new ModelSummary(
            manifest.Name,
            manifest.Version,
            char.ToLowerInvariant(manifest.Kind.ToString()[0]) + manifest.Kind.ToString()[1..],
            manifest.Labels,
            manifest.Licence,
            active is not null,
            active?.Words[0].Threshold,
            active?.Words[0].FalseAlarmsPerHour);
    }

    private static ModelReference Reference(ModelManifest manifest) => new(manifest.Name, manifest.Version);
}
