namespace AVServer.Lab.Data;

/// <summary>One voice of one synthesiser.</summary>
/// <param name="Engine">The program that has it.</param>
/// <param name="Name">Its name there.</param>
public sealed record SyntheticVoice(SpeechEngine Engine, string Name)
{
    private static readonly string[] Accents = ["en-us", "en-gb", "en-gb-scotland", "en-gb-x-rp", "en-029", "en-gb-x-gbclan", "en-gb-x-gbcwmd", "en-us-nyc"];
    private static readonly string[] Variants = ["", "+m1", "+m2", "+m3", "+m4", "+m5", "+m6", "+m7", "+f1", "+f2", "+f3", "+f4", "+f5"];
    private static readonly string[] Languages = ["de", "fr", "es", "pt", "it", "nl", "pl", "sv", "hi", "ru", "cs", "fi", "tr", "hu", "ro", "da", "nb", "el"];

    /// <summary>Voices cut from recordings of people: the most human ones.</summary>
    public static IReadOnlyList<SyntheticVoice> Recorded { get; } =
    [
        .. new[] { "rms", "slt", "awb", "kal16" }.Select(name => new SyntheticVoice(SpeechEngine.Flite, name)),
        .. new[] { "kal_diphone", "ked_diphone", "cmu_us_slt_arctic_hts" }.Select(name => new SyntheticVoice(SpeechEngine.Festival, name)),
    ];

    /// <summary>Formant voices with the accents of English.</summary>
    public static IReadOnlyList<SyntheticVoice> Accented { get; } =
        [.. Accents.SelectMany(accent => Variants.Select(variant => new SyntheticVoice(SpeechEngine.Espeak, accent + variant)))];

    /// <summary>Formant voices of other languages.</summary>
    public static IReadOnlyList<SyntheticVoice> Foreign { get; } = [.. Languages.Select(language => new SyntheticVoice(SpeechEngine.Espeak, language))];

    /// <summary>Says a text into a WAV file.</summary>
    /// <param name="text">What to say.</param>
    /// <param name="wordsPerMinute">How fast; festival's voices keep their own pace.</param>
    /// <param name="wav">File to write.</param>
    /// <param name="cancellationToken">Stops the program.</param>
    public Task SynthesizeAsync(string text, int wordsPerMinute, string wav, CancellationToken cancellationToken) => Engine switch
    {
        SpeechEngine.Espeak => ExternalProgram.RunAsync("espeak-ng", ["-v", Name, "-s", $"{wordsPerMinute}", "-w", wav, text], cancellationToken),
        SpeechEngine.Flite => ExternalProgram.RunAsync("flite", ["-voice", Name, "--setf", FormattableString.Invariant($"duration_stretch={160.0 / wordsPerMinute:F2}"), "-t", text, wav], cancellationToken),
        _ => ExternalProgram.RunAsync("text2wave", ["-eval", $"(voice_{Name})", "-o", wav], cancellationToken, text),
    };

    /// <inheritdoc/>
    public override string ToString() => $"{Engine}-{Name}".ToLowerInvariant();
}

/// <summary>The synthesisers.</summary>
public enum SpeechEngine
{
    /// <summary>espeak-ng: formants, many accents.</summary>
    Espeak,

    /// <summary>flite: clustered units of recorded people.</summary>
    Flite,

    /// <summary>festival: diphones and hidden Markov models of recorded people.</summary>
    Festival,
}
