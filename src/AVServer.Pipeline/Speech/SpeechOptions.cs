using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace AVServer.Pipeline;

/// <summary>Who writes down what is said.</summary>
public sealed class SpeechOptions
{
    /// <summary>Name of the section in the configuration.</summary>
    public const string Section = "Speech";

    /// <summary>Absent, as by default: Vosk where it is installed and emotion is on. Named, it works without emotion too.</summary>
    [EnumDataType(typeof(TranscriberKind))]
    public TranscriberKind? Transcriber { get; set; }

    /// <summary>
    /// How long a final estimate waits for the words, 0 to 1 minute: for a recogniser by the clock, for a client by media time. Default 300
    /// ms.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:01:00")]
    public TimeSpan Patience { get; set; } = TimeSpan.FromMilliseconds(300);
}

/// <summary>Who writes down what is said.</summary>
public enum TranscriberKind
{
    /// <summary>Nobody.</summary>
    None,

    /// <summary>Vosk, in this process.</summary>
    Vosk,

    /// <summary>The sender of the sound, by text messages beside it.</summary>
    Client,

    /// <summary>An <c>ITranscriber</c> that the host program registered among its services; chosen by default where there is one.</summary>
    Own,
}

[OptionsValidator]
internal sealed partial class SpeechOptionsValidator : IValidateOptions<SpeechOptions>;
