using System.Collections.Concurrent;
using AVServer.Client;
using AVServer.Contracts;
using AVServer.TestKit;

namespace AVServer.Soak.Tests;

/// <summary>A reader of each of some streams, from its first event on; it comes back by itself.</summary>
internal sealed class StreamReaders : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly AVServerClient _client;
    private readonly List<Task> _reading = [];

    /// <param name="client">Whom they ask; disposed with this.</param>
    /// <param name="streams">What they read.</param>
    public StreamReaders(AVServerClient client, IEnumerable<string> streams)
    {
        _client = client;
        foreach (var stream in streams)
        {
            var seen = new List<StreamEvent>();
            Seen[stream] = seen;
            _reading.Add(Task.Run(async () =>
            {
                await foreach (var happened in _client.SubscribeAsync(new EventFilter(stream, null, EventCursor.Start), _stop.Token))
                    lock (seen) seen.Add(happened);
            }));
        }
    }

    /// <summary>What each has read.</summary>
    public Dictionary<string, List<StreamEvent>> Seen { get; } = [];

    /// <summary>Reads on until each stream has closed, and the last thing of each is that it did.</summary>
    public async Task EndAsync()
    {
        for (var timeout = TestTimeout.Token(); !HaveAllClosed(); await Task.Delay(20, timeout)) { }
        await _stop.CancelAsync();
        foreach (var reading in _reading) await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading);
    }

    /// <summary>Whether each was given each event once and in order, and nothing was told as lost.</summary>
    /// <param name="acknowledged">Of each stream what its sender was given.</param>
    public void AssertComplete(IReadOnlyDictionary<string, ConcurrentQueue<EventCursor>>? acknowledged = null)
    {
        var faults = new List<string>();
        foreach (var (stream, seen) in Seen)
        {
            if (seen.Exists(happened => happened is LostEvent)) faults.Add($"{stream} was told that something is lost");
            foreach (var (before, after) in seen.Zip(seen.Skip(1)))
                if (before.Cursor!.Value.Epoch == after.Cursor!.Value.Epoch
                    ? before.Sequence + 1 != after.Sequence
                    : string.CompareOrdinal(before.Cursor.Value.Epoch, after.Cursor.Value.Epoch) >= 0 || after.Sequence > 1)
                    faults.Add($"{stream} was given {after.Cursor} behind {before.Cursor}");
            if (acknowledged is null) continue;
            var missing = acknowledged[stream].Except(seen.Select(happened => happened.Cursor!.Value)).ToList();
            if (missing.Count > 0) faults.Add($"{stream} wasn't given {string.Join(", ", missing)}");
        }
        Assert.True(faults.Count == 0, string.Join('\n', faults.Concat(Seen.Select(stream => $"{stream.Key}: {Told(stream.Value)}"))));
    }

    public void Dispose()
    {
        _client.Dispose();
        _stop.Dispose();
    }

    private static string Told(IEnumerable<StreamEvent> seen) =>
        string.Join(' ', seen.Select(happened => $"{happened.At:mm:ss.f} {happened.Cursor} {happened.GetType().Name};"));

    private bool HaveAllClosed() => Seen.Values.All(seen =>
    {
        lock (seen) return seen.Count > 0 && seen[^1] is ClosedEvent;
    });
}
