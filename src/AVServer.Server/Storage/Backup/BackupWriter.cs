using System.IO.Compression;
using System.Runtime.CompilerServices;
using System.Text.Json;
using AVServer.Contracts;
using AVServer.Pipeline;
using AVServer.Server.Storage.Clips;
using AVServer.Server.Storage.History;

namespace AVServer.Server.Storage.Backup;

/// <summary>Writes what this server keeps, while it goes on.</summary>
internal sealed class BackupWriter(IKeywordRegistry keywords, HistoryRecorder recorder, ClipStore clips, TimeProvider time)
{
    private static readonly byte[] LineEnd = "\n"u8.ToArray();

    /// <summary>Writes a backup of this moment; what happens meanwhile may be in it.</summary>
    /// <param name="output">Receives it; stays open. What breaks off lacks its last line, and isn't restored.</param>
    /// <param name="cancellationToken">Breaks it off.</param>
    public async Task WriteAsync(Stream output, CancellationToken cancellationToken)
    {
        await using var zip = new GZipStream(output, CompressionLevel.Fastest, leaveOpen: true);
        var (words, events, sounds) = (0, 0L, 0);
        await LineAsync(new BackupLine { Begin = new BackupBegin(BackupLine.Version, time.GetUtcNow()) });
        foreach (var word in keywords.Keywords)
        {
            // Words of the settings and of the models come from there again, but not what was recorded of them.
            if (keywords.Export(word.Name) is not { } measured || !(measured.IsAdded || word.Enrolment is not null)) continue;
            await LineAsync(new BackupLine { Word = new BackupWord(word.Request.Text, measured.Json) });
            words++;
        }
        if (recorder.Store is { } store)
        {
            await recorder.FlushSoonAsync(cancellationToken);
            await foreach (var kept in store.ReadAllAsync(null, null, cancellationToken))
            {
                await LineAsync(new BackupLine { Event = kept });
                events++;
            }
        }
        await foreach (var clip in ClipsAsync(cancellationToken))
        {
            await LineAsync(new BackupLine { Clip = clip });
            sounds++;
        }
        await LineAsync(new BackupLine { End = new BackupSummary(words, events, sounds) });

        async Task LineAsync(BackupLine line)
        {
            await JsonSerializer.SerializeAsync(zip, line, BackupLine.Json, cancellationToken);
            await zip.WriteAsync(LineEnd, cancellationToken);
        }
    }

    private async IAsyncEnumerable<BackupClip> ClipsAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (clips.Folder is not { } folder) yield break;
        await clips.FlushAsync(cancellationToken);
        foreach (var clip in folder.List())
            if (await ReadAsync(folder, clip, cancellationToken) is { } wav) yield return new BackupClip(clip.StreamId, clip.Name, wav);
    }

    // Null: its time was over meanwhile.
    private static async Task<byte[]?> ReadAsync(ClipFolder folder, ClipSummary clip, CancellationToken cancellationToken)
    {
        try
        {
            return folder.Find(clip.StreamId, clip.Name) is { } path ? await File.ReadAllBytesAsync(path, cancellationToken) : null;
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }
}
