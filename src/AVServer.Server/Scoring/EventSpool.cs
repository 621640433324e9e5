using System.Text.Json;
using AVServer.Contracts;

namespace AVServer.Server.Scoring;

/// <summary>A job's events on disk, one JSON line each, so that a long file needs no more memory than a short one.</summary>
internal sealed class EventSpool(Spool spool) : IAsyncDisposable
{
    private readonly FileStream _file = spool.Create("events");

    /// <summary>Appends events. One writer.</summary>
    public void Append(IReadOnlyList<StreamEvent> events) => Append(_file, events);

    /// <summary>Appends events to a file.</summary>
    public static void Append(Stream file, IReadOnlyList<StreamEvent> events)
    {
        foreach (var streamEvent in events)
        {
            JsonSerializer.Serialize(file, streamEvent, ContractsJson.Options);
            file.WriteByte((byte)'\n');
        }
    }

    /// <summary>No more come: what was appended can be read.</summary>
    public Task CompleteAsync(CancellationToken cancellationToken) => _file.FlushAsync(cancellationToken);

    /// <summary>The events, read from disk each time it is gone through; readers don't disturb each other.</summary>
    public IEnumerable<StreamEvent> ReadAll()
    {
        var file = new FileStream(_file.Name, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        foreach (var streamEvent in ReadAll(file)) yield return streamEvent;
    }

    /// <summary>The events of a file, which is closed when it has been gone through.</summary>
    public static IEnumerable<StreamEvent> ReadAll(Stream file)
    {
        using var lines = new StreamReader(file);
        while (lines.ReadLine() is { } line) yield return JsonSerializer.Deserialize<StreamEvent>(line, ContractsJson.Options)!;
    }

    public ValueTask DisposeAsync() => Spool.CloseAsync(_file);
}
