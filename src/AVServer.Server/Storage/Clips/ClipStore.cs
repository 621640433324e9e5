using AVServer.Contracts;
using AVServer.Pipeline;
using AVServer.Server.Events;
using AVServer.Server.Storage.History;
using Microsoft.Extensions.Options;

namespace AVServer.Server.Storage.Clips;

/// <summary>
/// Brings clips to their folder behind the streams' backs, and deletes them when their time is over. Does nothing where no folder is named.
/// </summary>
internal sealed partial class ClipStore(
    IOptions<ClipOptions> options, HistoryRecorder history, DeletedEvents deleted, ClipMetrics metrics, TimeProvider time,
    ILogger<ClipStore> logger)
    : IHostedService, IAsyncDisposable
{
    private static readonly TimeSpan LongestSweep = TimeSpan.FromMinutes(1);

    private readonly ClipOptions _options = options.Value;
    private readonly CancellationTokenSource _stop = new();   // not disposed: a host may be stopped after it is
    private readonly SemaphoreSlim _folderInUse = new(1);     // a deletion and a write don't cross
    private readonly BackgroundQueue<EventClip> _queue = new(options.Value.QueuedClips);
    private Task _sweeping = Task.CompletedTask;
    private bool _disposed;

    /// <summary>Where the clips are; null where none are kept.</summary>
    public ClipFolder? Folder { get; private set; }

    /// <summary>What records one stream; null where no clips are kept.</summary>
    public ClipRecorder? Recorder() => Folder is null ? null : new ClipRecorder(_options, Keep, deleted.Contains);

    /// <summary>Waits until what was cut before is on disk.</summary>
    public Task FlushAsync(CancellationToken cancellationToken) => _queue.FlushAsync(cancellationToken);

    /// <summary>Deletes a stream's clips, those that wait to be written too.</summary>
    /// <returns>How many there were.</returns>
    public async Task<int> DeleteStreamAsync(string streamId, CancellationToken cancellationToken)
    {
        if (Folder is null) return 0;
        await FlushAsync(cancellationToken);
        return await InFolderAsync(folder => folder.DeleteStream(streamId), cancellationToken);
    }

    /// <exception cref="SetupException">The folder can't be made or written: the server does not start.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (!_options.IsOn) return;
        var folder = new ClipFolder(Path.GetFullPath(_options.Path!));
        try
        {
            folder.Prepare();
            await SweepAsync(folder, cancellationToken);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new SetupException(
                $"Expected History:Clips:Path '{_options.Path}' to be a folder that can be written, got: {exception.Message} "
                + "Correct it, or leave it out.");
        }
        Folder = folder;
        _queue.Start(WriteAsync);
        _sweeping = Task.Run(SweepAsync, CancellationToken.None);
    }

    /// <summary>Writes what waits.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _queue.DrainAsync(cancellationToken);
        await _stop.CancelAsync();
        await _sweeping;
    }

    public async ValueTask DisposeAsync()
    {
        if (_disposed) return;   // registered more than once, disposed as often
        _disposed = true;
        await StopAsync(new CancellationToken(canceled: true));   // where nobody stopped the host before
        await _queue.Completion;
        _folderInUse.Dispose();
    }

    // A clip belongs to an event that is kept: a server that was killed while it deleted a stream may have left some without.
    private async Task SweepAsync(ClipFolder folder, CancellationToken cancellationToken)
    {
        if (history.Store is not { } store || !history.Keeps("wakeWord")) return;
        foreach (var streamId in folder.Streams())
            if (await store.FindAsync(streamId, EventCursor.Start, cancellationToken) is null)
                metrics.Expired(folder.DeleteStream(streamId));
    }

    private void Keep(EventClip clip)
    {
        if (_queue.TryAdd(clip)) return;
        metrics.Lost();
        Log.Lost(logger, clip.StreamId, null);
    }

    private async Task WriteAsync(EventClip clip)
    {
        await _folderInUse.WaitAsync(CancellationToken.None);
        try
        {
            await Folder!.WriteAsync(clip, _stop.Token);
            metrics.Written();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or OperationCanceledException)
        {
            metrics.Lost();
            Log.Lost(logger, clip.StreamId, exception);
        }
        finally
        {
            _folderInUse.Release();
        }
    }

    private async Task SweepAsync()
    {
        var interval = _options.TimeToLive / 10 < LongestSweep ? _options.TimeToLive / 10 : LongestSweep;
        try
        {
            while (true)
            {
                try
                {
                    metrics.Expired(
                        await InFolderAsync(
                            folder => folder.DeleteExpired(time.GetUtcNow() - _options.TimeToLive, _options.MaxBytes), _stop.Token));
                }
                catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
                {
                    Log.SweepFailed(logger, exception);
                }
                await Task.Delay(interval, time, _stop.Token);
            }
        }
        catch (OperationCanceledException)
        {
            // The server stops.
        }
    }

    private async Task<T> InFolderAsync<T>(Func<ClipFolder, T> action, CancellationToken cancellationToken)
    {
        await _folderInUse.WaitAsync(cancellationToken);
        try
        {
            return action(Folder!);
        }
        finally
        {
            _folderInUse.Release();
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogEventIds.ClipLost, LogLevel.Warning, "A clip of stream {StreamId} was lost: the disk is too slow, full or away.")]
        public static partial void Lost(ILogger logger, string streamId, Exception? exception);

        [LoggerMessage(LogEventIds.ClipSweepFailed, LogLevel.Warning, "Clips that are too old could not be deleted; it is tried again.")]
        public static partial void SweepFailed(ILogger logger, Exception exception);
    }
}
