namespace AVServer.Detection;

/// <summary>How voice activity is cut into utterances.</summary>
public sealed record UtteranceOptions
{
    /// <summary>Time between two values of voice activity.</summary>
    /// <value>32 ms by default.</value>
    public TimeSpan Frame { get; init; } = TimeSpan.FromMilliseconds(32);

    /// <summary>Voice activity from which speech begins.</summary>
    /// <value>0.5 by default.</value>
    public float Open { get; init; } = 0.5f;

    /// <summary>Voice activity below which speech rests; at most <see cref="Open"/>.</summary>
    /// <value>0.35 by default.</value>
    public float Close { get; init; } = 0.35f;

    /// <summary>Speech that makes an utterance; less is a click or a cough.</summary>
    /// <value>160 ms by default.</value>
    public TimeSpan Minimum { get; init; } = TimeSpan.FromMilliseconds(160);

    /// <summary>Rest that ends an utterance.</summary>
    /// <value>448 ms by default: longer than most pauses between phrases.</value>
    public TimeSpan Pause { get; init; } = TimeSpan.FromMilliseconds(448);

    /// <summary>What of the time before the first voice belongs to the utterance: breath, and consonants that have no voice.</summary>
    /// <value>200 ms by default.</value>
    public TimeSpan Before { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>What of the rest after the last voice belongs to it; at most <see cref="Pause"/>.</summary>
    /// <value>192 ms by default.</value>
    public TimeSpan After { get; init; } = TimeSpan.FromMilliseconds(192);

    /// <summary>Longest utterance; who goes on speaking goes on in the next one.</summary>
    /// <value>7.5 s by default.</value>
    public TimeSpan Maximum { get; init; } = TimeSpan.FromSeconds(7.5);

    /// <summary>How much of an utterance that was cut stands in the next one too.</summary>
    /// <value>1 s by default.</value>
    public TimeSpan Overlap { get; init; } = TimeSpan.FromSeconds(1);
}
