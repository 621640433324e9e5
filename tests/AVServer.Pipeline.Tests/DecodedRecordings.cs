using AVServer.Media;
using AVServer.TestKit;

namespace AVServer.Pipeline.Tests;

/// <summary>
/// Recordings as plain WAV files, decoded many to a process: where what is tested begins behind the decoder, two processes a file would
/// take longer than all else.
/// </summary>
internal sealed class DecodedRecordings : IDisposable
{
    private const int Rate = 16_000;

    private readonly TemporaryFolder _folder = new();
    private int _files;

    /// <summary>Sound of each file, in order.</summary>
    public static async Task<float[][]> ReadAsync(IEnumerable<string> paths)
    {
        var sounds = new List<float[]>();
        await foreach (var file in new MediaFile(new MediaOptions()).ReadManyAsync(paths, Rate))
        {
            Assert.True(file.Fault is null, $"{file.Path}: {file.Fault?.Message}");
            sounds.Add(file.Samples);
        }
        return [.. sounds];
    }

    /// <summary>Each file as a WAV file, in order.</summary>
    public async Task<string[]> WriteAsync(IEnumerable<string> paths)
    {
        var written = new List<string>();
        foreach (var sound in await ReadAsync(paths))
        {
            var path = Path.Combine(_folder.Path, $"{_files++}.wav");
            await File.WriteAllBytesAsync(path, Wave.Of(sound));
            written.Add(path);
        }
        return [.. written];
    }

    public void Dispose() => _folder.Dispose();
}
