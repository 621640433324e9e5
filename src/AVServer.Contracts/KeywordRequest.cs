namespace AVServer.Contracts;

/// <summary>A wake word that a user asks for, as text.</summary>
/// <param name="Text">One or several English words, in any case; phones behind <c>=</c> overrule how they sound: <c>marvin=M AA R V IH
/// N</c>.</param>
/// <param name="FalseAlarmsPerHour">Target of false alarms per hour of other speech, above 0. Default 0.5.</param>
/// <param name="RefractorySeconds">Media time after a detection with no other of this keyword. Default 1.</param>
/// <param name="Streams">Ids of the streams that it is for; <c>*</c> at an id's end stands for any rest. Absent: all.</param>
public sealed record KeywordRequest(
    string Text, double FalseAlarmsPerHour = 0.5, double RefractorySeconds = 1, IReadOnlyList<string>? Streams = null);

/// <summary>A wake word that is listened for, and what was found out about it.</summary>
/// <param name="Name">Its name in events.</param>
/// <param name="Pronunciations">How it may be said.</param>
/// <param name="Request">What was asked for.</param>
/// <param name="Calibration">Its threshold, and what thresholds stand for, measured on stored speech without it.</param>
/// <param name="Warnings">What speaks against the word, in sentences; empty where nothing does.</param>
/// <param name="Enrolment">What recordings of the word brought; absent where there are none.</param>
public sealed record KeywordDetails(
    string Name,
    IReadOnlyList<KeywordPronunciation> Pronunciations,
    KeywordRequest Request,
    KeywordCalibration Calibration,
    IReadOnlyList<string> Warnings,
    KeywordEnrolment? Enrolment = null);

/// <summary>What recordings of a keyword brought.</summary>
/// <param name="Recordings">Each of them, in the order in which they came.</param>
public sealed record KeywordEnrolment(IReadOnlyList<EnrolledRecording> Recordings)
{
    /// <summary>Fewest recordings from which a keyword is learnt.</summary>
    public const int FewestRecordings = 3;

    /// <summary>Most recordings that are taken.</summary>
    public const int MostRecordings = 10;
}

/// <summary>What a recording of a keyword is found by: log-odds above the threshold, below 0 where it isn't found.</summary>
/// <param name="ByText">By the word's text alone.</param>
/// <param name="ByOthers">With the other recordings beside it, this one left out: what a recording that comes later may expect.</param>
public sealed record EnrolledRecording(double ByText, double ByOthers);

/// <summary>One way to say a keyword.</summary>
/// <param name="Phones">ARPAbet without stress, <c>HH EY M AA R V IH N</c>.</param>
/// <param name="Source">Where it is from: <c>lexicon</c>, <c>spelled</c>, <c>letters</c> or <c>given</c>.</param>
public sealed record KeywordPronunciation(string Phones, string Source);
