using AVServer.Contracts;
using AVServer.Pipeline;

namespace AVServer.Server.Storage.Clips;

/// <summary>
/// One stream's: holds its last sound, and cuts out what lies around each wake word once what follows the word was heard. One caller at a
/// time.
/// </summary>
/// <param name="options">How much.</param>
/// <param name="keep">Takes the clips.</param>
/// <param name="isDeleted">Whether an event was deleted while it waited for what follows; null: none is.</param>
internal sealed class ClipRecorder(ClipOptions options, Action<EventClip> keep, Func<StreamEvent, bool>? isDeleted = null) : ISoundTap
{
    // A word and the time until it is decided, with pictures that come late.
    private static readonly TimeSpan LongestDecision = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Slack = TimeSpan.FromMilliseconds(1);

    private readonly Queue<WakeWordEvent> _waiting = new();
    private PcmRingBuffer? _ring;

    public void AcceptSamples(TimeSpan start, int sampleRateHz, ReadOnlySpan<float> samples)
    {
        if (_ring is null || _ring.SampleRateHz != sampleRateHz || (start - _ring.End).Duration() > Slack)
        {
            Complete();
            if (_ring?.SampleRateHz != sampleRateHz)
                _ring = new PcmRingBuffer(sampleRateHz, options.Before + LongestDecision + options.After);
            _ring.Restart(start);
        }
        // In parts, so that what one long chunk brings doesn't push out what is still waited for.
        while (!samples.IsEmpty)
        {
            var part = samples[..Math.Min(samples.Length, sampleRateHz / 10)];
            samples = samples[part.Length..];
            _ring.Append(part);
            while (_waiting.TryPeek(out var word) && word.End + options.After <= _ring.End) Cut(_waiting.Dequeue());
        }
    }

    /// <summary>Takes an event as it was published.</summary>
    public void AcceptEvent(StreamEvent published)
    {
        if (published is not WakeWordEvent word || _ring is null) return;
        if (word.End + options.After <= _ring.End) Cut(word);
        else _waiting.Enqueue(word);
    }

    /// <summary>No more sound comes: what waits gets what there is.</summary>
    public void Complete()
    {
        while (_waiting.TryDequeue(out var word)) Cut(word);
    }

    private void Cut(WakeWordEvent word)
    {
        if (isDeleted?.Invoke(word) == true) return;
        var samples = _ring!.Cut(word.Start - options.Before, word.End + options.After);
        if (samples.Length > 0) keep(new EventClip(word.StreamId, word.Sequence, word.At, _ring.SampleRateHz, samples));
    }
}
