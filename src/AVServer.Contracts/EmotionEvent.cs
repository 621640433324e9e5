namespace AVServer.Contracts;

/// <summary>An estimate of the emotion that speech expresses; of what is felt it says nothing.</summary>
/// <param name="Label">The likeliest emotion, or <see cref="Unsure"/> where none is likely enough.</param>
/// <param name="Posteriors">Probability of each emotion that the model knows; they add up to 1.</param>
/// <param name="Start">Media time at which the utterance begins.</param>
/// <param name="End">Media time up to which the utterance was judged; of a final estimate its end.</param>
/// <param name="Final">False: the utterance goes on, the estimate is smoothed over those before it and rests on sound alone. True: it is over.</param>
/// <param name="Model">The model that judged.</param>
/// <param name="EstimatedAt">Media time that had been heard when the estimate was made.</param>
/// <param name="Text">The words that a final estimate rests on beside the sound; absent where there were none, and for a model that doesn't read.</param>
public sealed record EmotionEvent(
    string Label,
    IReadOnlyDictionary<string, float> Posteriors,
    TimeSpan Start,
    TimeSpan End,
    bool Final,
    ModelReference Model,
    TimeSpan EstimatedAt,
    string? Text = null) : StreamEvent
{
    /// <summary>The label that names no emotion.</summary>
    public const string Unsure = "unsure";

    /// <summary>What everybody who reads the event should know.</summary>
    public string Notice { get; } = "An estimate of what the speech expresses, not of what the speaker feels.";
}
