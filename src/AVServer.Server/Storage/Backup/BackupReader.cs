using System.Buffers;
using System.IO.Compression;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using System.Text.Json;
using AVServer.Contracts;
using AVServer.Pipeline;
using AVServer.Server.Keywords;
using AVServer.Server.Observability;
using AVServer.Server.Storage.Clips;
using AVServer.Server.Storage.History;

namespace AVServer.Server.Storage.Backup;

/// <summary>Brings back what <see cref="BackupWriter"/> wrote, on this server or another.</summary>
internal sealed class BackupReader(IKeywordRegistry keywords, ISharedKeywords shared, HistoryRecorder recorder, ClipStore clips)
{
    private const int Batch = 500;

    /// <summary>No clip is longer: a line of more bytes is none of ours.</summary>
    private const int LongestLine = 64 << 20;

    /// <summary>Restores all of a backup, or nothing where it isn't whole or this server can't take it.</summary>
    /// <param name="file">The backup; read twice.</param>
    /// <param name="cancellationToken">Breaks it off; what was restored by then stays.</param>
    /// <exception cref="RefusedException">
    /// It isn't a whole backup, or the server keeps less than it holds, or has events already.
    /// </exception>
    public async Task<BackupSummary> RestoreAsync(Stream file, CancellationToken cancellationToken)
    {
        await CheckAsync(await CountAsync(file, cancellationToken), cancellationToken);
        file.Position = 0;
        var (words, events, sounds, batch) = (0, 0L, 0, new List<StreamEvent>());
        await foreach (var line in LinesAsync(file, cancellationToken))
        {
            if (line.Word is { } word) words += await TakeAsync(word, cancellationToken);
            if (line.Event is { } kept) batch.Add(kept);
            if (line.Clip is { } clip)
            {
                await clips.Folder!.WriteAsync(clip.StreamId, clip.Name, clip.Wav, cancellationToken);
                sounds++;
            }
            var isDue = batch.Count == Batch || (line.End is not null && batch.Count > 0);
            if (!isDue) continue;
            await recorder.Store!.AppendAsync(batch, cancellationToken);
            events += batch.Count;
            batch.Clear();
        }
        return new BackupSummary(words, events, sounds);
    }

    private async Task<int> TakeAsync(BackupWord word, CancellationToken cancellationToken)
    {
        try
        {
            await shared.ChangeAsync(word.Text, async () =>
            {
                await keywords.ImportAsync(word.Measured, cancellationToken);
                return true;
            });
            return 1;
        }
        catch (KeywordException exception)
        {
            throw new RefusedException(FaultCodes.BadKeyword, $"The word '{word.Text}' of the backup can't be taken: {exception.Message}");
        }
    }

    private async Task CheckAsync(BackupSummary held, CancellationToken cancellationToken)
    {
        if (held.Events > 0 && recorder.Store is null)
            throw Refused(
                $"Expected a server that keeps events for the {held.Events} of this backup, but it keeps none; set History:Provider.");
        if (held.Clips > 0 && clips.Folder is null)
            throw Refused(
                $"Expected a server that keeps clips for the {held.Clips} of this backup, but it keeps none; set History:Clips:Path.");
        if (held.Events == 0) return;
        await recorder.FlushSoonAsync(cancellationToken);
        var any = await recorder.Store!.QueryAsync(new HistoryQuery(null, null, null, null, null, null, 1), cancellationToken);
        if (any.Count > 0)
            throw Refused(
                "Expected a history without events, got one that has some, and what is older must stand before them; restore into a new "
                + "one.");
    }

    private static async Task<BackupSummary> CountAsync(Stream file, CancellationToken cancellationToken)
    {
        var (words, events, sounds) = (0, 0L, 0);
        var (isBegun, end) = (false, default(BackupSummary));
        await foreach (var line in LinesAsync(file, cancellationToken))
        {
            if (!isBegun && line.Begin is not { Version: BackupLine.Version })
                throw Refused(
                    $"Expected a backup of form {BackupLine.Version}, got {(line.Begin is { } other ? $"form {other.Version}" : "none")}.");
            if (end is not null) throw Refused("Expected nothing behind a backup's last line, got more.");
            isBegun = true;
            words += line.Word is null ? 0 : 1;
            events += line.Event is null ? 0 : 1;
            sounds += line.Clip is null ? 0 : 1;
            if (line.Clip is { } clip && !ClipFolder.IsName(clip.StreamId, clip.Name))
                throw Refused("Expected clips of streams in a backup, got another file.");
            end = line.End;
        }
        return end == new BackupSummary(words, events, sounds) ? end
            : throw Refused("Expected a whole backup, got one that was cut off or changed.");
    }

    private static async IAsyncEnumerable<BackupLine> LinesAsync(Stream file, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var zip = new GZipStream(file, CompressionMode.Decompress, leaveOpen: true);
        var pipe = PipeReader.Create(zip, new StreamPipeReaderOptions(leaveOpen: true));
        while (true)
        {
            ReadResult read;
            try
            {
                read = await pipe.ReadAsync(cancellationToken);
            }
            catch (InvalidDataException)
            {
                throw Refused("Expected a backup in gzip, got something else, or one that was changed.");
            }
            var rest = read.Buffer;
            while (rest.PositionOf((byte)'\n') is { } end)
            {
                yield return Parse(rest.Slice(0, end));
                rest = rest.Slice(rest.GetPosition(1, end));
            }
            if (rest.Length > LongestLine) throw Refused($"Expected lines of at most {LongestLine} bytes in a backup, got a longer one.");
            pipe.AdvanceTo(rest.Start, rest.End);
            if (!read.IsCompleted) continue;
            if (rest.Length > 0) throw Refused("Expected a whole backup, got one that was cut off or changed.");
            yield break;
        }
    }

    private static BackupLine Parse(ReadOnlySequence<byte> line)
    {
        var reader = new Utf8JsonReader(line);
        try
        {
            return JsonSerializer.Deserialize<BackupLine>(ref reader, BackupLine.Json) ?? throw new JsonException();
        }
        catch (JsonException)
        {
            throw Refused("Expected a backup's lines as JSON, got something else.");
        }
    }

    private static RefusedException Refused(string message) => new(FaultCodes.BadRequest, message);
}
