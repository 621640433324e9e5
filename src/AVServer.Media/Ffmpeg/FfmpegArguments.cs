using System.Globalization;

namespace AVServer.Media.Ffmpeg;

/// <summary>Command lines of ffmpeg. The demuxer is always named, and no protocol but the one input's own is open, so that no input can make ffmpeg fetch or read something else.</summary>
internal static class FfmpegArguments
{
    // A little less than a sixtieth of a second, so that 60 pictures a second pass with their rounding.
    private const string ShortestPictureSeconds = "0.0155";

    /// <summary>A container that arrives on a pipe → Matroska on a pipe, each block as soon as it is decoded.</summary>
    /// <param name="demuxer">Name of ffmpeg's demuxer.</param>
    /// <param name="limits">Bounds of processor time and pictures.</param>
    /// <param name="video">How pictures are wanted; null: not at all.</param>
    public static List<string> ForPipe(string demuxer, MediaLimits limits, VideoOutput? video) =>
    [
        .. Common(limits),
        .. InputLimits(limits), "-fpsprobesize", "0", "-protocol_whitelist", "pipe", "-f", demuxer, "-i", "pipe:0",
        "-map", "0:a:0?", .. Audio(DecodedFormat.SampleRateHz), .. Video(video), .. Matroska(),
    ];

    /// <summary>One file → Matroska on a pipe.</summary>
    public static List<string> ForFile(string path, string demuxer, MediaLimits limits, int sampleRateHz, VideoOutput? video) =>
    [
        .. Common(limits), .. FileInput(path, demuxer, limits), "-map", "0:a:0?", .. Audio(sampleRateHz), .. Video(video), .. Matroska(),
    ];

    /// <summary>Many files → one Matroska on a pipe with a sound track for each, in order.</summary>
    public static List<string> ForFiles(IReadOnlyList<(string Path, string Demuxer)> files, MediaLimits limits, int sampleRateHz) =>
    [
        .. Common(limits),
        .. files.SelectMany(file => FileInput(file.Path, file.Demuxer, limits)),
        .. Enumerable.Range(0, files.Count).SelectMany(input => new[] { "-map", $"{input}:a:0" }),
        .. Audio(sampleRateHz), .. Matroska(),
    ];

    /// <summary>Succeeds where a file has pictures that move; a cover doesn't count.</summary>
    public static List<string> ForPictureProbe(string path, string demuxer, MediaLimits limits) =>
        [.. Common(limits), .. FileInput(path, demuxer, limits), "-map", "0:V:0", "-c", "copy", "-frames:v", "1", "-f", "null", "-"];

    /// <summary>Says what is in a file, its length among it, and decodes nothing.</summary>
    public static List<string> ForDescription(string path, string demuxer, MediaLimits limits) =>
        ["-hide_banner", "-nostdin", "-nostats", "-loglevel", "info", "-timelimit", $"{(long)limits.MaxDecoderCpu.TotalSeconds}", .. FileInput(path, demuxer, limits), "-t", "0", "-c", "copy", "-f", "null", "-"];

    /// <summary>One file → the same sound and pictures in a container on a pipe, each packet as soon as it is due.</summary>
    public static List<string> ForLiveCopy(string path, string demuxer, string container, bool atOwnSpeed, MediaLimits limits) =>
    [
        .. Common(limits), .. atOwnSpeed ? ["-re"] : Array.Empty<string>(), .. FileInput(path, demuxer, limits), "-map", "0:a:0?", "-map", "0:V:0?", "-c", "copy",
        .. container == "mp4" ? ["-map_metadata", "-1", "-f", "mp4", "-movflags", "empty_moov+default_base_moof+frag_every_frame", "-flush_packets", "1", "pipe:1"] : Matroska(),
    ];

    /// <summary>Microphones and cameras → Matroska on a pipe, each packet as soon as it is there, until stopped.</summary>
    /// <param name="devices">Names of ffmpeg's input devices, and of what they are to open.</param>
    public static List<string> ForDevices(IReadOnlyList<(string Format, string Name)> devices) =>
    [
        "-hide_banner", "-nostdin", "-nostats", "-loglevel", "error",
        .. devices.SelectMany(device => new[] { "-thread_queue_size", "512", "-f", device.Format, "-i", device.Name }),
        .. Enumerable.Range(0, devices.Count).SelectMany(input => new[] { "-map", $"{input}:a:0?", "-map", $"{input}:v:0?" }),
        .. Audio(DecodedFormat.SampleRateHz), "-c:v", "mjpeg", "-q:v", "4", .. Matroska(),
    ];

    private static string[] Common(MediaLimits limits) =>
        ["-hide_banner", "-nostdin", "-nostats", "-loglevel", "error", "-timelimit", $"{(long)limits.MaxDecoderCpu.TotalSeconds}", "-filter_threads", "1"];

    private static string[] InputLimits(MediaLimits limits) =>
        ["-threads", "1", "-max_streams", "32", "-max_pixels", $"{limits.MaxPixels}"];

    // "file:" before the path, so that no name can be taken for an option or a protocol.
    private static string[] FileInput(string path, string demuxer, MediaLimits limits) =>
        [.. InputLimits(limits), "-protocol_whitelist", "file", "-f", demuxer, "-i", "file:" + Path.GetFullPath(path)];

    private static string[] Audio(int sampleRateHz) => ["-c:a", "pcm_s16le", "-ac", "1", "-ar", $"{sampleRateHz}"];

    private static string[] Video(VideoOutput? video)
    {
        if (video is null) return [];
        string format = video.Format == PixelFormat.Bgr24 ? "bgr24" : "gray";
        // Without a rate each picture keeps its time: a slow or frozen camera must not look like a steady one.
        string rate = video.Fps is { } fps ? $"fps={fps.ToString(CultureInfo.InvariantCulture)}" : $"select='isnan(prev_selected_t)+gte(t-prev_selected_t,{ShortestPictureSeconds})',settb=1/1000";
        string[] pass = video.Fps is null ? ["-fps_mode", "passthrough", "-enc_time_base", "1:1000"] : [];
        string filter = $"{rate},scale=w='min(iw,{video.MaxWidth})':h='min(ih,{video.MaxHeight})':force_original_aspect_ratio=decrease:force_divisible_by=2:flags=area,format={format}";
        return ["-map", "0:V:0?", "-c:v", "rawvideo", "-allow_raw_vfw", "1", .. pass, "-vf", filter];
    }

    // Short clusters and a bounded wait for the other track: what is decoded leaves at once.
    private static string[] Matroska() =>
        ["-sn", "-dn", "-map_metadata", "-1", "-map_chapters", "-1", "-flags", "bitexact", "-f", "matroska", "-write_crc32", "0", "-live", "1", "-cluster_time_limit", "40",
         "-flush_packets", "1", "-max_delay", "0", "-max_interleave_delta", "100000", "pipe:1"];
}
