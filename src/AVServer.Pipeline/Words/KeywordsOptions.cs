using System.ComponentModel.DataAnnotations;
using AVServer.Media;
using Microsoft.Extensions.Options;

namespace AVServer.Pipeline;

/// <summary>Wake words that are given as text.</summary>
public sealed class KeywordsOptions
{
    /// <summary>Name of the section in the configuration.</summary>
    public const string Section = "Keywords";

    /// <summary>Whether the words that come with the phone model are listened for. Default true.</summary>
    public bool Shipped { get; set; } = true;

    /// <summary>Words that are listened for from the start: <c>Keywords:Words:0:Text</c>. Default none.</summary>
    [ValidateEnumeratedItems]
    public IList<TypedKeywordOptions> Words { get; set; } = [];

    /// <summary>
    /// File in which words that were added while the server ran are kept. Absent, as by default: they are gone when it stops.
    /// </summary>
    public string? Path { get; set; }

    /// <summary>
    /// Folder in which it is kept how often stored speech is taken for a word, so that a word isn't measured again at the next start.
    /// Absent, as by default: nothing is kept.
    /// </summary>
    public string? MeasuredPath { get; set; }

    /// <summary>
    /// Model of lips, by folder name, that typed words are looked for on beside their sound, on streams with pictures. Absent, as by
    /// default: words are only heard. An experiment: lips of people who were recorded otherwise than those who taught them tell little.
    /// </summary>
    public string? Lips { get; set; }

    /// <summary>Words that may be listened for at once. Default 1,000.</summary>
    [Range(0, 10_000)]
    [Limit(Beyond.Refused, "avserver.refusals")]
    public int MaxWords { get; set; } = 1_000;
}

/// <summary>One wake word of the configuration.</summary>
public sealed class TypedKeywordOptions
{
    /// <summary>One or several English words; phones behind <c>=</c> overrule how they sound.</summary>
    [Required]
    public string Text { get; set; } = "";

    /// <summary>Target of false alarms per hour of other speech. Default 0.5.</summary>
    [Range(0.001, 1000)]
    public double FalseAlarmsPerHour { get; set; } = 0.5;

    /// <summary>Media time after a detection with no other. Default 1 s.</summary>
    [Range(0, 60)]
    public double RefractorySeconds { get; set; } = 1;

    /// <summary>Ids of the streams that it is for; <c>*</c> at the end stands for any rest. Default: all.</summary>
    public IList<string> Streams { get; set; } = [];
}

[OptionsValidator]
internal sealed partial class KeywordsOptionsValidator : IValidateOptions<KeywordsOptions>;
