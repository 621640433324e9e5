using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using AVServer.Contracts;
using AVServer.Server.Events;

namespace AVServer.Server.Delivery.Webhooks;

/// <summary>An event that an address did not get, as a line of its file.</summary>
/// <param name="Url">The address.</param>
/// <param name="Id">What the attempts bore as <c>webhook-id</c>.</param>
/// <param name="At">When it was given up, UTC.</param>
/// <param name="Reason">What the last attempt met, or why there was none.</param>
/// <param name="Attempts">Requests that were made.</param>
/// <param name="Event">The event.</param>
internal sealed record DeadLetter(
    Uri Url, string Id, DateTimeOffset At, string Reason, int Attempts, [property: JsonPropertyOrder(1)] StreamEvent Event);

/// <summary>Appends the events that one address did not get to its file, if it has one, without anyone waiting for the disk.</summary>
internal sealed partial class DeadLetters(string? path, DeletedEvents deleted, WebhookMetrics metrics, ILogger logger)
{
    private const int Capacity = 1_000;
    private static readonly byte[] LineEnd = "\n"u8.ToArray();
    private static readonly SemaphoreSlim FileInUse = new(1);   // addresses may share a file; a deletion and a write don't cross

    private readonly BackgroundQueue<DeadLetter> _queue = new(Capacity);

    /// <summary>Opens the file, and begins to write what comes.</summary>
    /// <exception cref="InvalidOperationException">It can't be written: the server does not start.</exception>
    public void Start()
    {
        if (path is null) return;
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
            Open(path, FileMode.Append).Dispose();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new InvalidOperationException(
                $"Expected Webhooks' DeadLetterPath '{path}' to be a file that can be written, got: {exception.Message} Correct it "
                + "or leave "
                + "it out.",
                exception);
        }
        _queue.Start(WriteAsync);
    }

    /// <summary>Takes an event that was given up. Never waits.</summary>
    public void Add(DeadLetter letter)
    {
        metrics.GivenUp();
        Log.GivenUp(logger, letter.Event.StreamId, letter.Event.Sequence, letter.Url.Host, letter.Reason, letter.Attempts);
        if (path is not null) _queue.TryAdd(letter);   // what finds no room is counted as given up all the same
    }

    /// <summary>Takes a stream's events out of the file; none of them comes in later.</summary>
    /// <exception cref="IOException">The file can't be written.</exception>
    public async Task DeleteStreamAsync(string streamId, CancellationToken cancellationToken)
    {
        if (path is null) return;
        await FileInUse.WaitAsync(cancellationToken);
        try
        {
            if (!File.Exists(path)) return;
            var rest = path + ".rest";
            await using (var file = Open(rest, FileMode.Create))
            {
                await foreach (var line in File.ReadLinesAsync(path, cancellationToken))
                {
                    if (IsOf(streamId, line)) continue;
                    await file.WriteAsync(Encoding.UTF8.GetBytes(line), cancellationToken);
                    await file.WriteAsync(LineEnd, cancellationToken);
                }
            }
            File.Move(rest, path, overwrite: true);
        }
        finally
        {
            FileInUse.Release();
        }
    }

    /// <summary>No more come; ends when all that came are written. May be called again.</summary>
    public Task CompleteAsync() => _queue.DrainAsync(CancellationToken.None);

    private async Task WriteAsync(DeadLetter letter)
    {
        await FileInUse.WaitAsync();
        try
        {
            if (deleted.Contains(letter.Event)) return;
            await using var file = Open(path!, FileMode.Append);
            await JsonSerializer.SerializeAsync(file, letter, ContractsJson.Options);
            await file.WriteAsync(LineEnd);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            Log.NotWritten(logger, letter.Event.StreamId, letter.Event.Sequence, exception);
        }
        finally
        {
            FileInUse.Release();
        }
    }

    // Opened for each letter, so that the file can be taken away and worked off while the server runs.
    private static FileStream Open(string path, FileMode mode)
    {
        var options = new FileStreamOptions
        {
            Mode = mode,
            Access = FileAccess.Write,
            Share = FileShare.ReadWrite | FileShare.Delete,
            Options = FileOptions.Asynchronous,
        };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return new FileStream(path, options);
    }

    // A line that a killed server left in the middle is deleted too where it names the stream: what else stands in it nobody can tell.
    private static bool IsOf(string streamId, string line)
    {
        try
        {
            return JsonSerializer.Deserialize<DeadLetter>(line, ContractsJson.Options)?.Event?.StreamId == streamId;
        }
        catch (JsonException)
        {
            return line.Contains(JsonSerializer.Serialize(streamId, ContractsJson.Options), StringComparison.Ordinal);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(
            LogEventIds.WebhookGivenUp, LogLevel.Warning,
            "Event {Sequence} of stream {StreamId} was not delivered to {Host}: {Reason}, after {Attempts} attempts.")]
        public static partial void GivenUp(ILogger logger, string streamId, long sequence, string host, string reason, int attempts);

        [LoggerMessage(
            LogEventIds.DeadLetterNotWritten, LogLevel.Error,
            "Event {Sequence} of stream {StreamId} was not delivered, and could not be written to the file of such events.")]
        public static partial void NotWritten(ILogger logger, string streamId, long sequence, Exception exception);
    }
}
