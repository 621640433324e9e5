using System.Threading.Channels;
using AVServer.Speech;

namespace AVServer.Pipeline;

/// <summary>
/// One stream's <see cref="ITranscription"/>: worked at once for a file, by a worker of its own for a live stream, so that a slow
/// recogniser delays nobody.
/// </summary>
internal sealed class TranscriptionWorker : IAsyncDisposable
{
    /// <summary>Pieces of sound that may wait; then the sound waits too.</summary>
    private const int Waiting = 64;

    private readonly ITranscription _recogniser;
    private readonly SemaphoreSlim _slots;
    private readonly bool _reportsPartial;
    private readonly Channel<Work>? _work;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _worker = Task.CompletedTask;
    private volatile string? _partial;

    /// <param name="transcription">The stream's own; disposed with this.</param>
    /// <param name="slots">How much may go on at once in the process.</param>
    /// <param name="beside">Whether a worker of its own transcribes.</param>
    /// <param name="reportsPartial">Whether somebody looks at <see cref="Partial"/>.</param>
    public TranscriptionWorker(ITranscription transcription, SemaphoreSlim slots, bool beside, bool reportsPartial)
    {
        (_recogniser, _slots, _reportsPartial) = (transcription, slots, reportsPartial);
        if (!beside) return;
        _work = Channel.CreateBounded<Work>(new BoundedChannelOptions(Waiting) { SingleReader = true });
        _worker = Task.Run(WorkAsync);
    }

    /// <summary>What was understood so far of the utterance; null where nothing was.</summary>
    public string? Partial => _partial;

    /// <summary>Hears the next sound of the utterance.</summary>
    /// <param name="samples">Owned by this from here on.</param>
    /// <param name="cancellationToken">Ends the wait for room.</param>
    public async ValueTask AcceptAsync(float[] samples, CancellationToken cancellationToken)
    {
        if (_work is null) Accept(samples);
        else await WriteAsync(_work, new Work(samples, null), cancellationToken);
    }

    /// <summary>Has what was heard so far of the utterance understood, because somebody rests.</summary>
    public async ValueTask SettleAsync(CancellationToken cancellationToken)
    {
        if (_work is null) _recogniser.Settle();
        else await WriteAsync(_work, default, cancellationToken);
    }

    /// <summary>Ends the utterance.</summary>
    /// <returns>Its words, as soon as they are known.</returns>
    public async ValueTask<Task<IReadOnlyList<SpokenWord>>> FinishAsync(CancellationToken cancellationToken)
    {
        if (_work is null) return Task.FromResult(Finish());
        var words = new TaskCompletionSource<IReadOnlyList<SpokenWord>>(TaskCreationOptions.RunContinuationsAsynchronously);
        await WriteAsync(_work, new Work(null, words), cancellationToken);
        return words.Task;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _worker.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _recogniser.Dispose();
        _stop.Dispose();
    }

    private async Task WorkAsync()
    {
        try
        {
            await foreach (var work in _work!.Reader.ReadAllAsync(_stop.Token))
            {
                await _slots.WaitAsync(_stop.Token);
                try
                {
                    if (work.Samples is { } samples) Accept(samples);
                    else if (work.Words is { } words) words.TrySetResult(Finish());
                    else _recogniser.Settle();
                }
                catch (Exception e) when (work.Words is not null)
                {
                    work.Words.TrySetException(e);
                    throw;
                }
                finally
                {
                    _slots.Release();
                }
            }
        }
        catch (Exception e)
        {
            // Whoever writes next, or waits for words, is told.
            _work!.Writer.TryComplete(e);
            while (_work.Reader.TryRead(out var left)) left.Words?.TrySetException(e);
            throw;
        }
    }

    private async ValueTask WriteAsync(Channel<Work> channel, Work work, CancellationToken cancellationToken)
    {
        while (!channel.Writer.TryWrite(work))
            if (!await channel.Writer.WaitToWriteAsync(cancellationToken)) await _worker;   // it ended early, by a failure
    }

    private void Accept(float[] samples)
    {
        _recogniser.Accept(samples);
        if (_reportsPartial) _partial = _recogniser.Partial is { Length: > 0 } some ? some : null;
    }

    private IReadOnlyList<SpokenWord> Finish()
    {
        _partial = null;
        return _recogniser.Finish();
    }

    /// <summary>Sound to hear, or an end whose words are awaited, or neither: a rest.</summary>
    private readonly record struct Work(float[]? Samples, TaskCompletionSource<IReadOnlyList<SpokenWord>>? Words);
}
