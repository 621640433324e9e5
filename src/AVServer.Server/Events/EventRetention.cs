using AVServer.Contracts;
using AVServer.Server.Configuration;

namespace AVServer.Server.Events;

/// <summary>
/// What the logs of all streams may keep: each type by itself, so that none pushes out another, and all together. Safe for concurrent use.
/// </summary>
/// <param name="limits">How much.</param>
/// <param name="onForgotten">Told of the bytes that were let go.</param>
internal sealed class EventRetention(ServerLimits limits, Action<long>? onForgotten = null)
{
    private long _bytes;
    private int _logs;

    /// <summary>Bytes that all logs keep together.</summary>
    public long Bytes => Interlocked.Read(ref _bytes);

    /// <summary>Whether all logs together keep more than they may.</summary>
    public bool IsFull => Bytes > limits.EventBytesKeptInAll;

    /// <summary>What each log may keep while there is more than all may.</summary>
    public long Share => limits.EventBytesKeptInAll / Math.Max(1, Volatile.Read(ref _logs));

    /// <summary>What is kept of a type.</summary>
    public KeptBounds Of(Type type) => type == typeof(WakeWordEvent)
        ? new KeptBounds(limits.WakeWordsKept, limits.WakeWordBytesKept, limits.WakeWordAgeKept)
        : new KeptBounds(limits.EventsKept, limits.EventBytesKept, limits.EventAgeKept);

    /// <summary>Counts what a log let go, because it may not be kept longer.</summary>
    public void Forget(long bytes)
    {
        Count(-bytes);
        if (bytes > 0) onForgotten?.Invoke(bytes);
    }

    /// <summary>Counts what a log keeps more, or less.</summary>
    public void Count(long bytes) => Interlocked.Add(ref _bytes, bytes);

    /// <summary>Counts a log that came (1) or went (-1).</summary>
    public void CountLog(int difference) => Interlocked.Add(ref _logs, difference);
}
