using System.Collections.Concurrent;
using System.Collections.Immutable;
using AVServer.Contracts;

namespace AVServer.Pipeline;

/// <summary>
/// Words that single calls bring. Measuring one takes a core for a moment, so it is done one at a time, and the latest words are
/// remembered. Thread-safe.
/// </summary>
/// <param name="keywords">Measures words, and has those of all streams.</param>
internal sealed class CallWords(KeywordRegistry keywords) : IDisposable
{
    private const int Remembered = 256;

    private readonly SemaphoreSlim _measuring = new(1);
    private readonly ConcurrentDictionary<KeywordRequest, TypedWord> _measured = [];
    private readonly Queue<KeywordRequest> _oldest = [];

    /// <summary>Measures words; of two with the same name the first counts.</summary>
    /// <exception cref="KeywordException">A word can't be taken; the message says why.</exception>
    public async Task<ImmutableArray<TypedWord>> MeasureAsync(IReadOnlyList<KeywordRequest> words, CancellationToken cancellationToken)
    {
        var ready = new TypedWord[words.Count];
        for (var i = 0; i < ready.Length; i++)
            ready[i] = _measured.TryGetValue(words[i], out var known) ? known : await MeasureAsync(words[i], cancellationToken);
        return [.. ready.DistinctBy(word => word.Name)];
    }

    /// <summary>What a call listens for.</summary>
    /// <param name="words">The call's own words.</param>
    /// <param name="streamId">The stream, for words that are for some only; null: all count.</param>
    /// <param name="alone">Whether the words of all streams stay out.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Null where there is nothing to listen for, now and later.</returns>
    /// <exception cref="KeywordException">A word can't be taken; the message says why.</exception>
    public async Task<WordPlan?> PlanAsync(
        IReadOnlyList<KeywordRequest> words, string? streamId, bool alone, CancellationToken cancellationToken)
    {
        if (words.Count == 0)
            return keywords.Model is { } model && !alone ? new WordPlan(model, () => keywords.Current, streamId, keywords.Lips) : null;
        var own = await MeasureAsync(words, cancellationToken);
        return new WordPlan(keywords.Model!, Join(own, alone ? () => null : () => keywords.Current), streamId, keywords.Lips);
    }

    public void Dispose() => _measuring.Dispose();

    // A list is made anew when the words of all streams have changed, so that a call with words of its own hears of them too.
    private Func<WordList?> Join(ImmutableArray<TypedWord> own, Func<WordList?> shared)
    {
        var (model, seen, joined) = (keywords.Model!, default(WordList), default(WordList));
        return () =>
        {
            var current = shared();
            if (joined is not null && ReferenceEquals(current, seen)) return joined;
            seen = current;
            var others = (current?.Words ?? []).Where(word => own.All(other => other.Name != word.Name));
            return joined = new WordList(model.States, model.Table.Matcher, [.. others, .. own]);
        };
    }

    private async Task<TypedWord> MeasureAsync(KeywordRequest request, CancellationToken cancellationToken)
    {
        await _measuring.WaitAsync(cancellationToken);
        try
        {
            if (_measured.TryGetValue(request, out var known)) return known;    // somebody else waited for the same
            // A call's own come last.
            var word = await Task.Run(() => keywords.CombineWith([request], cancellationToken).Words[^1], cancellationToken);
            _measured[request] = word;
            _oldest.Enqueue(request);
            if (_oldest.Count > Remembered) _measured.TryRemove(_oldest.Dequeue(), out _);
            return word;
        }
        finally
        {
            _measuring.Release();
        }
    }
}
