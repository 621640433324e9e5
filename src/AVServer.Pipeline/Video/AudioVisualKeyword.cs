using AVServer.Contracts;
using AVServer.Runtime;

namespace AVServer.Pipeline;

/// <summary>An audio-visual keyword model ready to run, with its thresholds. Shared by all streams.</summary>
/// <param name="Model">Judges windows.</param>
/// <param name="Reference">Name and version, for events.</param>
/// <param name="Keyword">Its one keyword.</param>
/// <param name="Thresholds">By modality, the score that makes a detection; a modality without one never decides.</param>
/// <param name="FalseAlarmsPerHour">What the thresholds stand for; null where one was set by hand.</param>
/// <param name="StrideSteps">Steps of the sound between two judged windows.</param>
/// <param name="RefractorySteps">Steps after a detection with no other.</param>
/// <param name="WithoutVideo">Whether it also listens on streams without pictures: only where it was asked for by name.</param>
internal sealed record AudioVisualKeyword(
    AudioVisualModel Model,
    ModelReference Reference,
    string Keyword,
    IReadOnlyDictionary<Modality, float> Thresholds,
    double? FalseAlarmsPerHour,
    int StrideSteps,
    int RefractorySteps,
    bool WithoutVideo)
{
    /// <summary>Name by which it was asked for.</summary>
    public string Name => Reference.Name;

    /// <summary>What its sound is.</summary>
    public FeatureSpec Features => Model.Manifest.Features!;
}
