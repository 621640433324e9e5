using AVServer.Contracts;

namespace AVServer.Pipeline;

/// <summary>The texts that a client sent of late, to be found by time. One stream's own.</summary>
internal sealed class SuppliedTexts
{
    private const int Kept = 64;

    // A caption's end is seldom exact.
    private static readonly TimeSpan EndSlack = TimeSpan.FromMilliseconds(500);

    private readonly Queue<TextMessage> _texts = new();

    /// <summary>Keeps a text; of too many the oldest is forgotten.</summary>
    public void Add(TextMessage text)
    {
        if (_texts.Count == Kept) _texts.Dequeue();
        _texts.Enqueue(text);
    }

    /// <summary>
    /// What was said during an utterance: every text of which half lies within it, or within which half of the utterance lies.
    /// </summary>
    /// <returns>The texts in order of time; empty where there is none.</returns>
    public string Within(FinishedUtterance utterance) =>
        string.Join(' ', _texts.Where(text => Belongs(text, utterance)).OrderBy(text => text.Start).Select(text => text.Text));

    /// <summary>Whether the texts of an utterance reach its end, so that no more is to be waited for.</summary>
    public bool Reach(FinishedUtterance utterance) => _texts.Any(text => Belongs(text, utterance) && text.End >= utterance.End - EndSlack);

    private static bool Belongs(TextMessage text, FinishedUtterance utterance)
    {
        var shared = TimeSpan.FromTicks(Math.Min(text.End.Ticks, utterance.End.Ticks) - Math.Max(text.Start.Ticks, utterance.Start.Ticks));
        return 2 * shared >= text.End - text.Start || 2 * shared >= utterance.End - utterance.Start;
    }
}
