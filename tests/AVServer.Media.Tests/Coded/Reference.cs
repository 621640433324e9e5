using AVServer.Media.Ffmpeg;

namespace AVServer.Media.Tests.Coded;

/// <summary>What ffmpeg makes of a file, and a decoder without ffmpeg.</summary>
internal static class Reference
{
    public static MediaFile WithoutFfmpeg { get; } = new(new MediaOptions { FfmpegPath = "none" });

    /// <summary>The items that ffmpeg gives, whatever is decoded without it.</summary>
    public static async Task<List<MediaItem>> DecodeAsync(string path, string demuxer, int sampleRateHz)
    {
        var decoding = new FfmpegDecoding(Media.Options, Media.Options.File, sampleRateHz, () => new FileInfo(path).Length);
        var source = new DecodingSource(demuxer, $"a {demuxer} file", path) { IsFile = true };
        return await decoding.DecodeAsync(source, null, default).ToListAsync();
    }

    /// <summary>What decoding gave, or the words of its fault.</summary>
    public static async Task<(List<MediaItem> Items, string? Fault)> TryDecodeAsync(Task<List<MediaItem>> decoding)
    {
        try
        {
            return (await decoding, null);
        }
        catch (MediaException e)
        {
            return ([], e.Message);
        }
    }

    /// <summary>Recordings of several corpora: speech near and far, noise, other rates.</summary>
    public static IEnumerable<string> Recordings(string corpora) =>
        from corpus in (string[])["librispeech_251spk", "vctk_14spk", "ravdess", "noise_misc", "fsdd", "rir_real"]
        select Directory.EnumerateFiles(Path.Combine(corpora, corpus), "*.*", SearchOption.AllDirectories)
            .Where(path => path.EndsWith(".opus", StringComparison.Ordinal) || path.EndsWith(".flac", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal).First();
}
