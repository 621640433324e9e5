using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace AVServer.Pipeline;

/// <summary>What listens on every stream.</summary>
public sealed class PipelineOptions
{
    /// <summary>Name of the section in the configuration.</summary>
    public const string Section = "Pipeline";

    /// <summary>
    /// The keyword models that listen, by folder name. Empty, as by default: every verifier of the models' folder, or every spotter where
    /// there is none, and with
    /// <see cref="AudioVisual"/> more. An audio-visual model that is named here listens on streams without pictures too.
    /// </summary>
    [ValidateEnumeratedItems]
    public IList<KeywordOptions> Keywords { get; set; } = [];

    /// <summary>
    /// Whether every audio-visual model of the models' folder listens on streams with pictures, where <see cref="Keywords"/> names none.
    /// Default false: the one that is shipped is an
    /// experiment, and its false alarms are none of a default.
    /// </summary>
    public bool AudioVisual { get; set; }

    /// <summary>Whether the first stage sleeps while nothing is louder than the room. Default true.</summary>
    public bool Gate { get; set; } = true;

    /// <summary>
    /// Whether a live stream loses pictures, with a gap told, where the machine can't keep up; if not, its sender waits. Default true.
    /// </summary>
    public bool DropLatePictures { get; set; } = true;

    /// <summary>Media time between two telemetry events. Default 160 ms.</summary>
    [Range(typeof(TimeSpan), "00:00:00.080", "00:00:10")]
    public TimeSpan TelemetryInterval { get; set; } = TimeSpan.FromMilliseconds(160);
}

/// <summary>One keyword model that listens, and its threshold.</summary>
public sealed class KeywordOptions
{
    /// <summary>Folder name of the model: a verifier, which brings its spotter, a spotter alone, or an audio-visual model.</summary>
    [Required]
    public string Model { get; set; } = "";

    /// <summary>
    /// Target of false alarms per hour of other speech, looked up in the model's calibration. Absent: the model's own operating point.
    /// </summary>
    [Range(0.001, 1000)]
    public double? FalseAlarmsPerHour { get; set; }

    /// <summary>
    /// Thresholds by keyword, of an audio-visual model by modality (audio, visual, audioVisual), which overrule the target. Absent: none.
    /// </summary>
    public IDictionary<string, float> Thresholds { get; set; } = new Dictionary<string, float>();
}

[OptionsValidator]
internal sealed partial class PipelineOptionsValidator : IValidateOptions<PipelineOptions>;
