using AVServer.Contracts;

namespace AVServer.Reports;

/// <summary>An event as a line of a table.</summary>
/// <param name="Type">Wire name of its type.</param>
/// <param name="Start">Media time at which it begins.</param>
/// <param name="End">Media time at which it ends; the same for what takes no time.</param>
/// <param name="Label">What it is: keyword, emotion, quality, reason or code.</param>
/// <param name="Score">How sure that is, 0 to 1; absent where nothing is unsure.</param>
/// <param name="Text">What there is to say beyond that.</param>
internal sealed record ReportRow(string Type, TimeSpan Start, TimeSpan End, string Label, float? Score = null, string Text = "")
{
    /// <summary>The line of an event; null for those that say nothing of a file.</summary>
    public static ReportRow? Of(StreamEvent streamEvent) => streamEvent switch
    {
        WakeWordEvent word => new ReportRow("wakeWord", word.Start, word.End, word.Keyword, word.Posterior, Name(word.Modality)),
        SpeechEvent speech => new ReportRow("speech", speech.Start, speech.End, "", null, speech.Text),
        // The running estimates of an utterance are for displays.
        EmotionEvent { Final: true } emotion => new ReportRow(
            "emotion", emotion.Start, emotion.End, emotion.Label,
            emotion.Posteriors.TryGetValue(emotion.Label, out var posterior) ? posterior : null, emotion.Text ?? ""),
        FaceEvent { Visible: false } gone => new ReportRow("face", gone.Time, gone.Time, "none"),
        FaceEvent face =>
            new ReportRow(
                "face", face.Time, face.Time, face.Quality is { } quality ? Name(quality) : "", null,
                face.LipsMove == true ? "lips move" : ""),
        GapEvent gap => new ReportRow("gap", gap.Start, gap.Start + gap.Duration, Name(gap.Reason), null, Name(gap.Kind)),
        WarningEvent warning => new ReportRow("warning", TimeSpan.Zero, TimeSpan.Zero, warning.Code, null, warning.Message),
        FaultEvent fault => new ReportRow("fault", TimeSpan.Zero, TimeSpan.Zero, fault.Code, null, fault.Message),
        _ => null,
    };

    private static string Name<T>(T value) where T : struct, Enum => char.ToLowerInvariant($"{value}"[0]) + $"{value}"[1..];
}
