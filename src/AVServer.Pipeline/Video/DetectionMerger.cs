using AVServer.Contracts;

namespace AVServer.Pipeline;

/// <summary>
/// One event a word, where a keyword has a model that only hears and one that reads lips too: the latter's where lips are read, else the
/// former's.
/// </summary>
/// <remarks>
/// While lips are read, a word that was heard waits a little for the other model, which comes later to the same word; if that says nothing,
/// what was heard is told.
/// A pure state machine, one a stream, that moves with the steps of the sound.
/// </remarks>
/// <param name="keywords">Those that both kinds of model know.</param>
internal sealed class DetectionMerger(IReadOnlySet<string> keywords)
{
    /// <summary>Media time for which a word that was heard waits for the lips.</summary>
    public static readonly TimeSpan Wait = TimeSpan.FromMilliseconds(400);

    // Nobody says a wake word twice within a second; two models may put the end of one word half a second apart.
    private static readonly TimeSpan OneWord = TimeSpan.FromSeconds(1);

    private readonly List<(WakeWordEvent Word, TimeSpan Until)> _waiting = [];
    private readonly Dictionary<string, TimeSpan> _published = [];

    /// <summary>Takes a word that was heard; one that only one kind of model knows is told at once.</summary>
    /// <param name="word">The event.</param>
    /// <param name="now">End of the step at which it was found.</param>
    /// <param name="lipsAreRead">Whether the other model reads lips there.</param>
    /// <param name="events">Receives what is told.</param>
    public void AddHeard(WakeWordEvent word, TimeSpan now, bool lipsAreRead, List<StreamEvent> events)
    {
        if (!keywords.Contains(word.Keyword)) events.Add(word);
        else if (lipsAreRead) _waiting.Add((word, now + Wait));
        else Publish(word, events);
    }

    /// <summary>Takes what an audio-visual model found.</summary>
    public void AddAudioVisual(WakeWordEvent word, List<StreamEvent> events)
    {
        if (!keywords.Contains(word.Keyword)) events.Add(word);
        else if (word.Modality != Modality.Audio)
        {
            _waiting.RemoveAll(waiting => IsSame(waiting.Word.Keyword, waiting.Word.End, word));
            Publish(word, events);
        }
    }

    /// <summary>Tells what has waited long enough.</summary>
    /// <param name="now">End of the step that was judged.</param>
    /// <param name="heardAt">Media time that had to be received for that.</param>
    /// <param name="events">Receives what is told.</param>
    public void Advance(TimeSpan now, TimeSpan heardAt, List<StreamEvent> events)
    {
        foreach (var (word, until) in _waiting)
            if (until <= now) Publish(word with { DetectedAt = heardAt }, events);
        _waiting.RemoveAll(waiting => waiting.Until <= now);
    }

    /// <summary>Ends the media: tells what still waits.</summary>
    public void Complete(List<StreamEvent> events)
    {
        foreach (var (word, _) in _waiting) Publish(word, events);
        _waiting.Clear();
    }

    private void Publish(WakeWordEvent word, List<StreamEvent> events)
    {
        if (_published.TryGetValue(word.Keyword, out var end) && IsSame(word.Keyword, end, word)) return;
        _published[word.Keyword] = word.End;
        events.Add(word);
    }

    private static bool IsSame(string keyword, TimeSpan end, WakeWordEvent word) =>
        keyword == word.Keyword && (end - word.End).Duration() < OneWord;
}
