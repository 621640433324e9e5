using System.Data.Common;
using AVServer.Contracts;
using AVServer.Pipeline;
using AVServer.Server.Events;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Options;

namespace AVServer.Server.Storage.History;

/// <summary>
/// Brings events to the store behind the streams' backs: a bounded queue, written in batches as large as what waits. A store that fails is
/// tried again while the queue fills; what finds no room is lost, counted and told.
/// </summary>
internal sealed partial class HistoryRecorder(
    IOptions<HistoryOptions> options, HistoryMetrics metrics, TimeProvider time, ILogger<HistoryRecorder> logger)
    : IEventSink, IHostedService, IAsyncDisposable
{
    private const int MaxBatch = 500;
    private static readonly TimeSpan LongestFlush = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LongestSweep = TimeSpan.FromMinutes(10);

    private readonly HistoryOptions _options = options.Value;
    private readonly HashSet<string> _types = [.. options.Value.Types is { Count: > 0 } some ? some : (IEnumerable<string>)EventTypes.Kept];
    private readonly CancellationTokenSource _stopNow = new();   // not disposed: a host may be stopped after it is
    private readonly BackgroundQueue<StreamEvent> _queue = new(options.Value.QueuedEvents);
    private IHistoryStore? _store;
    private Task _sweeping = Task.CompletedTask;
    private int _losing;
    private int _disposed;

    /// <summary>The store; null where nothing is kept.</summary>
    public IHistoryStore? Store => _store;

    /// <summary>Whether events of a type are kept.</summary>
    public bool Keeps(string type) => _types.Contains(type);

    public void Offer(StreamEvent streamEvent)
    {
        if (_store is null || !_types.Contains(EventTypes.NameOf(streamEvent))) return;
        if (_queue.TryAdd(streamEvent)) return;
        metrics.Lost(1);
        if (Interlocked.Exchange(ref _losing, 1) == 0) Log.Losing(logger, _options.QueuedEvents);
    }

    /// <summary>Whether an exception says that the store, or the folder beside it, doesn't answer: it may do so later.</summary>
    public static bool IsUnavailable(Exception exception) =>
        exception is DbException or IOException or UnauthorizedAccessException or TimeoutException;

    /// <summary>As <see cref="FlushAsync"/>, for a caller who is waiting for an answer.</summary>
    /// <exception cref="TimeoutException">It took too long.</exception>
    public Task FlushSoonAsync(CancellationToken cancellationToken) =>
        FlushAsync(cancellationToken).WaitAsync(LongestFlush, time, cancellationToken);

    /// <summary>Waits until what was offered before is in the store.</summary>
    public Task FlushAsync(CancellationToken cancellationToken) => _queue.FlushAsync(cancellationToken);

    /// <exception cref="SetupException">The store can't be opened: the server does not start.</exception>
    public Task StartAsync(CancellationToken cancellationToken) =>
        _options.IsOn ? StartAsync(() => HistoryStores.Open(_options), cancellationToken) : Task.CompletedTask;

    /// <summary>Starts with a store of the caller's making.</summary>
    internal async Task StartAsync(Func<IHistoryStore> open, CancellationToken cancellationToken)
    {
        try
        {
            var store = open();
            await store.PrepareAsync(cancellationToken);
            _store = store;
        }
        catch (Exception exception) when (
            exception is DbException or IOException or UnauthorizedAccessException or ArgumentException or InvalidDataException)
        {
            var setting = _options.Provider == HistoryOptions.Sqlite ? $"History:Path '{_options.Path}'" : "History:ConnectionString";
            throw new SetupException(
                $"Expected {setting} to lead to a database that can be written, got: {exception.Message} Correct it, or leave "
                + "History:Provider out.");
        }
        _queue.Start(WriteAsync, MaxBatch);
        _sweeping = Task.Run(SweepAsync, CancellationToken.None);
    }

    /// <summary>Writes what waits; what can't be written in the time given is lost. May be called again.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _queue.DrainAsync(cancellationToken);
        await _stopNow.CancelAsync();
        await Task.WhenAll(_queue.Completion, _sweeping);
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 1) return;   // registered more than once, disposed as often
        await StopAsync(new CancellationToken(canceled: true));   // where nobody stopped the host before
        if (_store is not null) await _store.DisposeAsync();
    }

    private async Task WriteAsync(List<StreamEvent> batch)
    {
        for (var pause = FirstPause; ; pause = Min(2 * pause, LongestPause))
        {
            try
            {
                _stopNow.Token.ThrowIfCancellationRequested();
                await _store!.AppendAsync(batch, _stopNow.Token);
                metrics.Written(batch.Count);
                if (Interlocked.Exchange(ref _losing, 0) == 1) Log.Recovered(logger);
                return;
            }
            catch (OperationCanceledException)
            {
                metrics.Lost(batch.Count);
                Log.LostAtStop(logger, batch.Count);
                return;
            }
            catch (Exception exception) when (exception is (DbException or IOException or TimeoutException) && !IsOfTheEvent(exception))
            {
                metrics.Failed();
                Log.WriteFailed(logger, batch.Count, pause.TotalSeconds, exception);
            }
            catch (Exception exception) when (exception is not OutOfMemoryException)
            {
                // Nothing that passes with time: what comes after shall not wait for it, and what came with it shall not go with it.
                if (batch.Count > 1)
                {
                    foreach (var single in batch.ToArray()) await WriteAsync([single]);
                    return;
                }
                metrics.Lost(1);
                Log.NotWritable(logger, EventTypes.NameOf(batch[0]), batch[0].StreamId, exception);
                return;
            }
            await Task.Delay(pause, time, _stopNow.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    // SQL's classes 22 and 23, data and integrity; SQLite's too big, constraint and mismatch. The store answers, and would not otherwise.
    private static bool IsOfTheEvent(Exception exception) => exception switch
    {
        SqliteException sqlite => sqlite.SqliteErrorCode is 18 or 19 or 20,
        DbException { SqlState: ['2', '2' or '3', ..] } => true,
        _ => false,
    };

    private async Task SweepAsync()
    {
        var interval = Min(_options.RetentionOf.Values.Append(_options.Retention).Min() / 10, LongestSweep);
        try
        {
            while (true)
            {
                try
                {
                    await DeleteExpiredAsync();
                }
                catch (Exception exception) when (exception is DbException or IOException or TimeoutException)
                {
                    Log.SweepFailed(logger, exception);
                }
                await Task.Delay(interval, time, _stopNow.Token);
            }
        }
        catch (OperationCanceledException)
        {
            // The server stops.
        }
    }

    private async Task DeleteExpiredAsync()
    {
        var now = time.GetUtcNow();
        var own = _options.RetentionOf;
        metrics.Expired(await _store!.DeleteBeforeAsync(now - _options.Retention, [.. own.Keys], areDeleted: false, _stopNow.Token));
        foreach (var (type, retention) in own)
            metrics.Expired(await _store.DeleteBeforeAsync(now - retention, [type], areDeleted: true, _stopNow.Token));
        metrics.Expired(await _store.DeleteBeyondAsync(_options.MaxBytes, _stopNow.Token));
    }

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;

    private static partial class Log
    {
        [LoggerMessage(
            LogEventIds.HistoryLosing, LogLevel.Warning,
            "The history has {Capacity} events waiting and loses new ones; its store is too slow or away.")]
        public static partial void Losing(ILogger logger, int capacity);

        [LoggerMessage(LogEventIds.HistoryRecovered, LogLevel.Information, "The history keeps events again.")]
        public static partial void Recovered(ILogger logger);

        [LoggerMessage(
            LogEventIds.HistoryWriteFailed, LogLevel.Warning,
            "The history could not write {Count} events; the next try is in {Seconds} s.")]
        public static partial void WriteFailed(ILogger logger, int count, double seconds, Exception exception);

        [LoggerMessage(
            LogEventIds.HistoryLostAtStop, LogLevel.Warning,
            "The history lost {Count} events because the server stopped before its store took them.")]
        public static partial void LostAtStop(ILogger logger, int count);

        [LoggerMessage(
            LogEventIds.HistorySweepFailed, LogLevel.Warning, "The history could not delete what is too old; it is tried again.")]
        public static partial void SweepFailed(ILogger logger, Exception exception);

        [LoggerMessage(
            LogEventIds.HistoryNotWritable, LogLevel.Error,
            "The history lost an event of type {Type} of stream {StreamId} that can't be written.")]
        public static partial void NotWritable(ILogger logger, string type, string streamId, Exception exception);
    }
}
