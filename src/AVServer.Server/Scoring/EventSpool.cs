using System.Text.Json;
using AVServer.Contracts;

namespace AVServer.Server.Scoring;

/// <summary>A job's events on disk, one JSON line each, so that a long file needs no more memory than a short one.</summary>
internal sealed class EventSpool(Spool spool) : IAsyncDisposable
{
    private readonly FileStream _file = spool.Create("events");

    /// <summary>Appends events. One writer.</summary>
    public void Append(IReadOnlyList<StreamEvent> events)
    {
        foreach (var streamEvent in events)
        {
            JsonSerializer.Serialize(_file, streamEvent, ContractsJson.Options);
            _file.WriteByte((byte)'\n');
        }
    }

    /// <summary>No more come: what was appended can be read.</summary>
    public Task CompleteAsync(CancellationToken cancellationToken) => _file.FlushAsync(cancellationToken);

    /// <summary>The events, read from disk each time it is gone through; readers don't disturb each other.</summary>
    public IEnumerable<StreamEvent> ReadAll()
    {
        using var lines = new StreamReader(
            new FileStream(_file.Name, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));
        while (lines.ReadLine() is { } line) yield return JsonSerializer.Deserialize<StreamEvent>(line, ContractsJson.Options)!;
    }

    public ValueTask DisposeAsync() => Spool.CloseAsync(_file);
}
