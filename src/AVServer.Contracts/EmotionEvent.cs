namespace AVServer.Contracts;

/// <summary>An estimate of the emotion that speech expresses; of what is felt it says nothing.</summary>
/// <param name="Label">The likeliest emotion, or <see cref="Unsure"/> where none is likely enough.</param>
/// <param name="Posteriors">Probability of each emotion that the model knows; they add up to 1.</param>
/// <param name="Start">Media time at which the utterance begins.</param>
/// <param name="End">Media time up to which the utterance was judged; of a final estimate its end.</param>
/// <param name="Final">False: the utterance goes on, the estimate is smoothed over those before it and rests on sound alone. True: it is
/// over.</param>
/// <param name="Model">The model that judged.</param>
/// <param name="EstimatedAt">Media time that had been heard when the estimate was made.</param>
/// <param name="Text">The words that a final estimate rests on beside the sound; absent where there were none, and for a model that doesn't
/// read.</param>
/// <param name="Valence">How pleasant it sounds, -1 to 1: the emotions' places on a circle, weighed by their probabilities, not measured by
/// itself. Absent where the sound can't be judged, and for a model with an emotion that has no such place.</param>
/// <param name="Arousal">How excited it sounds, -1 to 1; as <paramref name="Valence"/>.</param>
/// <param name="Reason">Why the label is <see cref="Unsure"/>; absent where it isn't.</param>
public sealed record EmotionEvent(
    string Label,
    IReadOnlyDictionary<string, float> Posteriors,
    TimeSpan Start,
    TimeSpan End,
    bool Final,
    ModelReference Model,
    TimeSpan EstimatedAt,
    string? Text = null,
    float? Valence = null,
    float? Arousal = null,
    UnsureReason? Reason = null) : StreamEvent
{
    /// <summary>The label that names no emotion.</summary>
    public const string Unsure = "unsure";

    /// <summary>What everybody who reads the event should know.</summary>
    public string Notice { get; } = "An estimate of what the speech expresses, not of what the speaker feels.";
}

/// <summary>Why no emotion is named.</summary>
public enum UnsureReason
{
    /// <summary>None is likely enough.</summary>
    Unlikely,

    /// <summary>The utterance is too short to say anything.</summary>
    TooShort,

    /// <summary>The voice drowns in a microphone's own noise.</summary>
    TooQuiet,

    /// <summary>The sound went beyond full scale, and what a voice does can't be told from what the limit did to it.</summary>
    Clipped,

    /// <summary>It may be music, a clatter or a crowd rather than somebody's speech.</summary>
    NotSpeech,
}
