using AVServer.Contracts;
using AVServer.Detection;
using AVServer.Speech;

namespace AVServer.Pipeline;

/// <summary>A wake word that was given as text, ready to be listened for. Immutable.</summary>
/// <param name="Request">What was asked for.</param>
/// <param name="Pronunciations">How it may be said.</param>
/// <param name="Paths">The same by the phone model's numbers, with the matching thresholds; their word's number is 0.</param>
/// <param name="Spellings">Ways to write it, in the recogniser's tokens; found when first needed, as that reads the lexicon.</param>
/// <param name="SmallRecogniserThreshold">Least judge's log-odds of a candidate that the small recogniser rescores.</param>
/// <param name="LargeRecogniserThreshold">Least score by then of one that the large recogniser rescores too.</param>
/// <param name="Threshold">Least score of a detection, log-odds.</param>
/// <param name="Calibration">What thresholds stand for, measured on stored speech.</param>
/// <param name="Warnings">What the user should know of it.</param>
internal sealed record TypedWord(
    KeywordRequest Request,
    IReadOnlyList<Pronunciation> Pronunciations,
    IReadOnlyList<WordPath> Paths,
    Lazy<IReadOnlyList<int[]>> Spellings,
    float SmallRecogniserThreshold,
    float LargeRecogniserThreshold,
    float Threshold,
    KeywordCalibration Calibration,
    IReadOnlyList<string> Warnings)
{
    /// <summary>What was learnt from recordings of the word; null: nothing was recorded.</summary>
    public Enrolment? Enrolment { get; init; }

    /// <summary>The same recordings, ready to be compared with.</summary>
    public WordExamples? Examples { get; init; }

    /// <summary>A trained model of the same keyword whose score counts beside; null: the word is judged by its sound alone.</summary>
    public FusedModel? Fused { get; init; }

    /// <summary>Name of the keyword in events: its text, in lower case, blanks joined.</summary>
    public string Name => KeywordNames.FromText(Request.Text);

    /// <summary>What clients are told of it.</summary>
    public KeywordDetails Describe() => new(
        Name,
        [
            .. Pronunciations.Select(
                way => new KeywordPronunciation(
                    way.ToString(), string.Join(", ", way.Words.Select(word => word.Source.ToString().ToLowerInvariant()).Distinct())))],
        Request,
        Calibration,
        Warnings,
        Enrolment is null ? null : new KeywordEnrolment(Enrolment.Recordings));
}
