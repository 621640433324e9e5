using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using AVServer.Contracts;
using AVServer.Server.Streams;

namespace AVServer.Server.Storage.Clips;

/// <summary>
/// Clips as WAV files: a folder a stream, a file's name the moment of its event and the event's number. Stateless: what is there is what
/// the disk says.
/// </summary>
/// <param name="path">Where.</param>
internal sealed partial class ClipFolder(string path)
{
    private const string Moment = "yyyyMMdd'T'HHmmssfff'Z'";
    private const string Unfinished = ".part";
    private const int HeaderBytes = 44;

    /// <summary>Makes the folder, for the server's user only, and deletes what a server that was killed left half written.</summary>
    /// <exception cref="IOException">It can't be made or written.</exception>
    public void Prepare()
    {
        CreatePrivate(path);
        var trial = Path.Combine(path, $".{Guid.NewGuid():n}");
        File.WriteAllBytes(trial, []);
        File.Delete(trial);
        foreach (var streamId in Streams())
        {
            foreach (var part in Directory.EnumerateFiles(Path.Combine(path, streamId), "*.wav" + Unfinished)) File.Delete(part);
            DeleteEmptyFolder(streamId);
        }
    }

    /// <summary>Writes a clip.</summary>
    public Task WriteAsync(EventClip clip, CancellationToken cancellationToken) => WriteAsync(
        clip.StreamId, $"{clip.At.UtcDateTime.ToString(Moment, CultureInfo.InvariantCulture)}-{clip.Sequence}.wav",
        [.. Header(clip), .. MemoryMarshal.AsBytes(clip.Samples.AsSpan())], cancellationToken);

    /// <summary>Writes a clip's file; it is there as a whole or not at all.</summary>
    /// <param name="streamId">Whose.</param>
    /// <param name="fileName">As <see cref="IsName"/> allows it.</param>
    /// <param name="wav">The file.</param>
    /// <param name="cancellationToken">Breaks it off.</param>
    public async Task WriteAsync(string streamId, string fileName, byte[] wav, CancellationToken cancellationToken)
    {
        var folder = Path.Combine(path, streamId);
        CreatePrivate(folder);
        var name = Path.Combine(folder, fileName);
        var file = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, Options = FileOptions.Asynchronous };
        if (!OperatingSystem.IsWindows()) file.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        await using (var stream = new FileStream(name + Unfinished, file))
        {
            await stream.WriteAsync(wav, cancellationToken);
        }
        File.Move(name + Unfinished, name, overwrite: true);
    }

    /// <summary>Whether a clip of a stream may have this name.</summary>
    public static bool IsName(string streamId, string name) => StreamIds.IsValid(streamId) && FileName().IsMatch(name);

    /// <summary>The clips of one stream, or of all, oldest first.</summary>
    public IReadOnlyList<ClipSummary> List(string? streamId = null) =>
        [.. Files(streamId).Select(Describe).OfType<ClipSummary>().OrderBy(clip => clip.At).ThenBy(clip => clip.Sequence)];

    /// <summary>One clip's file; null where there is none of that name.</summary>
    public string? Find(string streamId, string name)
    {
        var file = Path.Combine(path, streamId, name);
        return FileName().IsMatch(name) && File.Exists(file) ? file : null;
    }

    /// <summary>Deletes a stream's clips.</summary>
    /// <returns>How many there were.</returns>
    public int DeleteStream(string streamId)
    {
        var folder = Path.Combine(path, streamId);
        if (!Directory.Exists(folder)) return 0;
        var clips = List(streamId);
        foreach (var clip in clips) File.Delete(Path.Combine(folder, clip.Name));
        DeleteEmptyFolder(streamId);
        return clips.Count;
    }

    /// <summary>Deletes clips from before a moment, and the oldest beyond a number of bytes.</summary>
    /// <returns>How many.</returns>
    public int DeleteExpired(DateTimeOffset moment, long maxBytes)
    {
        var (clips, deleted) = (List(), 0);
        var bytes = clips.Sum(clip => clip.Bytes);
        foreach (var clip in clips.TakeWhile(clip => clip.At < moment || bytes > maxBytes))
        {
            File.Delete(Path.Combine(path, clip.StreamId, clip.Name));
            DeleteEmptyFolder(clip.StreamId);
            bytes -= clip.Bytes;
            deleted++;
        }
        return deleted;
    }

    /// <summary>The streams that there are clips of.</summary>
    public IReadOnlyList<string> Streams() =>
        [.. new DirectoryInfo(path).EnumerateDirectories().Select(folder => folder.Name).Where(StreamIds.IsValid)];

    private void DeleteEmptyFolder(string streamId)
    {
        var folder = Path.Combine(path, streamId);
        if (!Directory.EnumerateFileSystemEntries(folder).Any()) Directory.Delete(folder);
    }

    private IEnumerable<FileInfo> Files(string? streamId)
    {
        var folder = new DirectoryInfo(streamId is null ? path : Path.Combine(path, streamId));
        return folder.Exists
            ? folder.EnumerateFiles("*.wav", streamId is null ? SearchOption.AllDirectories : SearchOption.TopDirectoryOnly)
            : [];
    }

    private static ClipSummary? Describe(FileInfo file)
    {
        if (FileName().Match(file.Name) is not { Success: true } match) return null;
        var at = DateTime.ParseExact(
            match.Groups[1].Value, Moment, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal);
        var streamId = file.Directory!.Name;
        return new ClipSummary(
            streamId, long.Parse(match.Groups[2].ValueSpan, CultureInfo.InvariantCulture), at, file.Name, file.Length,
            $"{Routes.Clips}/{streamId}/{file.Name}");
    }

    private static byte[] Header(EventClip clip)
    {
        var header = new byte[HeaderBytes];
        var dataBytes = clip.Samples.Length * sizeof(short);
        var span = header.AsSpan();
        "RIFF"u8.CopyTo(span);
        BinaryPrimitives.WriteInt32LittleEndian(span[4..], HeaderBytes - 8 + dataBytes);
        "WAVEfmt "u8.CopyTo(span[8..]);
        BinaryPrimitives.WriteInt32LittleEndian(span[16..], 16);
        BinaryPrimitives.WriteInt16LittleEndian(span[20..], 1);   // PCM
        BinaryPrimitives.WriteInt16LittleEndian(span[22..], 1);   // mono
        BinaryPrimitives.WriteInt32LittleEndian(span[24..], clip.SampleRateHz);
        BinaryPrimitives.WriteInt32LittleEndian(span[28..], clip.SampleRateHz * sizeof(short));
        BinaryPrimitives.WriteInt16LittleEndian(span[32..], sizeof(short));
        BinaryPrimitives.WriteInt16LittleEndian(span[34..], 8 * sizeof(short));
        "data"u8.CopyTo(span[36..]);
        BinaryPrimitives.WriteInt32LittleEndian(span[40..], dataBytes);
        return header;
    }

    private static void CreatePrivate(string folder)
    {
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(folder);
        else Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    [GeneratedRegex(@"^(\d{8}T\d{9}Z)-(\d{1,18})\.wav$")]
    private static partial Regex FileName();
}
