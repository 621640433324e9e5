using System.Threading.Channels;

namespace AVServer.Server;

/// <summary>
/// Work behind its senders' backs: a bounded queue that one worker empties in order. Who finds no room is told so at once and waits for
/// nothing; what that means is the sender's to decide and to count.
/// </summary>
/// <typeparam name="T">A piece of work.</typeparam>
/// <param name="capacity">Pieces that may wait.</param>
internal sealed class BackgroundQueue<T>(int capacity)
{
    private readonly Channel<Entry> _entries = Channel.CreateBounded<Entry>(new BoundedChannelOptions(capacity)
    {
        FullMode = BoundedChannelFullMode.Wait,   // pieces only TryWrite: full is answered
        SingleReader = true,
    });

    /// <summary>Ends when nothing more can come and all that waited is done.</summary>
    public Task Completion { get; private set; } = Task.CompletedTask;

    /// <summary>Begins to work, piece by piece.</summary>
    /// <param name="work">Does one; never throws.</param>
    public void Start(Func<T, Task> work) => Start(batch => work(batch[0]), maxBatch: 1);

    /// <summary>Begins to work on as many pieces at once as wait.</summary>
    /// <param name="work">Does some, oldest first, in a list that is used again; never throws.</param>
    /// <param name="maxBatch">Most of them.</param>
    public void Start(Func<List<T>, Task> work, int maxBatch) => Completion = Task.Run(() => RunAsync(work, maxBatch));

    /// <summary>Adds a piece.</summary>
    /// <returns>False where there is no room, or nothing more is taken.</returns>
    public bool TryAdd(T piece) => _entries.Writer.TryWrite(new Entry(piece, null));

    /// <summary>Waits until what was added before is done.</summary>
    /// <exception cref="ChannelClosedException">Nothing more is taken.</exception>
    public async Task FlushAsync(CancellationToken cancellationToken)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await _entries.Writer.WriteAsync(new Entry(default, done), cancellationToken);
        await done.Task.WaitAsync(cancellationToken);
    }

    /// <summary>Takes nothing more, and waits until what waits is done. May be called again.</summary>
    /// <param name="cancellationToken">Ends the wait and nothing else.</param>
    public async Task DrainAsync(CancellationToken cancellationToken)
    {
        _entries.Writer.TryComplete();
        await Completion.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task RunAsync(Func<List<T>, Task> work, int maxBatch)
    {
        var batch = new List<T>(maxBatch);
        while (await _entries.Reader.WaitToReadAsync(CancellationToken.None))
        {
            batch.Clear();
            TaskCompletionSource? flushed = null;
            while (flushed is null && batch.Count < maxBatch && _entries.Reader.TryRead(out var entry))
            {
                flushed = entry.Flushed;
                if (flushed is null) batch.Add(entry.Piece!);
            }
            if (batch.Count > 0) await work(batch);
            flushed?.TrySetResult();
        }
    }

    /// <summary>A piece, or somebody who waits until those before are done.</summary>
    private readonly record struct Entry(T? Piece, TaskCompletionSource? Flushed);
}
