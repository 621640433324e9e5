using FFMpegCore;
using FFMpegCore.Enums;

namespace AVServer.Media.Ffmpeg;

/// <summary>
/// Command lines of ffmpeg. The demuxer is always named, and no protocol but the one input's own is open, so that no input can make ffmpeg
/// fetch or read something else.
/// </summary>
internal static class FfmpegArguments
{
    private const string Errors = "-hide_banner -nostdin -nostats -loglevel level+error";

    // With what ffmpeg makes of the input before it decodes it.
    private const string Everything = "-hide_banner -nostdin -nostats -loglevel level+info";
    private const string Output = "pipe:1";

    // What is read ahead of live media to see what is in it, in microseconds: pictures show themselves with their first whole one.
    private const int SoundProbe = 1_000_000;
    private const int LongestProbe = 5_000_000;

    // Largest pictures of pulled media, beyond which faces are read no better.
    private const int PulledWidth = 1_280;
    private const int PulledHeight = 720;

    // A little less than a sixtieth of a second, so that 60 pictures a second pass with their rounding.
    private const string ShortestPictureSeconds = "0.0155";

    /// <summary>A container that arrives on a pipe → Matroska on a pipe, each block as soon as it is decoded.</summary>
    /// <param name="demuxer">Name of ffmpeg's demuxer.</param>
    /// <param name="limits">Bounds of pictures.</param>
    /// <param name="video">How pictures are wanted; null: not at all.</param>
    /// <param name="soundCodec">Name of ffmpeg's decoder of the sound; null: the one that the container names.</param>
    /// <param name="sampleRateHz">Wanted rate of the sound.</param>
    /// <param name="demuxerOptions">Further options of the demuxer; null: none.</param>
    public static string ForPipe(
        string demuxer, MediaLimits limits, VideoOutput? video, string? soundCodec = null, int sampleRateHz = DecodedFormat.SampleRateHz,
        string? demuxerOptions = null) =>
        FFMpegArguments
            .FromInput(
                new QuotedInput("pipe:0"),
                input => input.WithInfoLog().Within(limits).WithCustomArgument("-fpsprobesize 0 -protocol_whitelist pipe")
                    .SoundBy(soundCodec).Demuxing(demuxerOptions).ForceFormat(demuxer))
            .OutputToUrl(Output, output => output.WithCustomArgument("-map 0:a:0?").Samples(sampleRateHz).Pictures(video).Matroska())
            .Arguments;

    /// <summary>One file → Matroska on a pipe.</summary>
    public static string ForFile(
        string path, string demuxer, MediaLimits limits, int sampleRateHz, VideoOutput? video, string? soundCodec = null) =>
        FFMpegArguments
            .FromInput(QuotedInput.File(path), input => input.WithInfoLog().SoundBy(soundCodec).FromFile(demuxer, limits))
            .OutputToUrl(Output, output => output.WithCustomArgument("-map 0:a:0?").Samples(sampleRateHz).Pictures(video).Matroska())
            .Arguments;

    /// <summary>Many files → one Matroska on a pipe with a sound track for each, in order.</summary>
    /// <param name="files">At least one.</param>
    /// <param name="limits">Bounds of pictures.</param>
    /// <param name="sampleRateHz">Of every track.</param>
    public static string ForFiles(IReadOnlyList<(string Path, string Demuxer)> files, MediaLimits limits, int sampleRateHz)
    {
        var first = FFMpegArguments.FromInput(
            QuotedInput.File(files[0].Path), input => input.WithErrorLog().FromFile(files[0].Demuxer, limits));
        return files.Skip(1)
            .Aggregate(first, (all, file) => all.AddInput(QuotedInput.File(file.Path), input => input.FromFile(file.Demuxer, limits)))
            .OutputToUrl(
                Output, output => Enumerable.Range(0, files.Count).Aggregate(
                    output, (all, index) => all.WithMap(index, StreamType.Audio, 0)).Samples(sampleRateHz).Matroska())
            .Arguments;
    }

    /// <summary>One file → the same sound and pictures in a container on a pipe, each packet as soon as it is due.</summary>
    public static string ForLiveCopy(string path, string demuxer, string container, bool atOwnSpeed, MediaLimits limits) =>
        FFMpegArguments
            .FromInput(
                QuotedInput.File(path),
                input => (atOwnSpeed ? input.WithErrorLog().WithCustomArgument("-re") : input.WithErrorLog()).FromFile(demuxer, limits))
            .OutputToUrl(Output, output =>
            {
                output.WithCustomArgument("-map 0:a:0? -map 0:V:0?").CopyStreams();
                if (container == "mp4") output.LiveMp4();
                else output.Matroska();
            })
            .Arguments;

    /// <summary>
    /// Live media from elsewhere → Matroska on a pipe: samples as they are decoded, in one channel, and pictures as JPEG.
    /// </summary>
    /// <param name="source">What arrives on a pipe; null: <paramref name="rtspUrl"/>.</param>
    /// <param name="rtspUrl">Where RTSP is spoken on this machine.</param>
    /// <param name="limits">Bounds of pictures.</param>
    /// <param name="sound">Whether sound is wanted.</param>
    /// <param name="pictures">Whether pictures are.</param>
    public static string ForPull(DecodingSource? source, string rtspUrl, MediaLimits limits, bool sound, bool pictures)
    {
        string probed = $"-fpsprobesize 0 -analyzeduration {(pictures ? LongestProbe : SoundProbe)}";
        var input = source is null
            ? FFMpegArguments.FromInput(
                new QuotedInput(rtspUrl), input => input.WithErrorLog().Within(limits).WithCustomArgument(probed)
                    .WithCustomArgument("-protocol_whitelist tcp,rtp -rtsp_transport tcp").ForceFormat("rtsp"))
            : FFMpegArguments.FromInput(
                new QuotedInput("pipe:0"), input => input.WithErrorLog().Within(limits).WithCustomArgument(probed)
                    .WithCustomArgument("-protocol_whitelist pipe").SoundBy(source.SoundCodec).Demuxing(source.DemuxerOptions)
                    .ForceFormat(source.Demuxer));
        return input.OutputToUrl(Output, output =>
        {
            // Where nothing can be mapped ffmpeg would choose by itself what to convert.
            if (sound) output.WithCustomArgument("-map 0:a:0?").Samples(DecodedFormat.SampleRateHz).WithAudioChannels(1);
            else output.WithCustomArgument("-an");
            if (pictures) output.JpegPictures();
            else output.WithCustomArgument("-vn");
            output.Matroska();
        }).Arguments;
    }

    /// <summary>Microphones and cameras → Matroska on a pipe, each packet as soon as it is there, until stopped.</summary>
    /// <param name="devices">Names of ffmpeg's input devices, and of what they are to open; at least one.</param>
    public static string ForDevices(IReadOnlyList<(string Format, string Name)> devices)
    {
        var first = FFMpegArguments.FromInput(
            new QuotedInput(devices[0].Name), input => input.WithErrorLog().FromDevice(devices[0].Format));
        return devices.Skip(1)
            .Aggregate(first, (all, device) => all.AddInput(new QuotedInput(device.Name), input => input.FromDevice(device.Format)))
            .OutputToUrl(Output, output => Enumerable.Range(0, devices.Count)
                .Aggregate(output, (all, index) => all.WithCustomArgument($"-map {index}:a:0? -map {index}:v:0?"))
                .WithAudioCodec("pcm_s16le").WithAudioChannels(1).WithAudioSamplingRate(DecodedFormat.SampleRateHz)
                .WithVideoCodec("mjpeg").WithVideoQualityScale(4).Matroska())
            .Arguments;
    }

    /// <summary>
    /// What is in a file, for <see cref="FFProbe.FromJson"/>; nothing is decoded. FFMpegCore builds no command line of ffprobe for others
    /// to run.
    /// </summary>
    public static string ForProbe(string path, string demuxer, MediaLimits limits) =>
        $"-hide_banner -loglevel error {Bounds(limits)} -protocol_whitelist file -f {demuxer} -print_format json -sexagesimal"
        + $" -show_entries format=duration:stream=codec_type,codec_name:stream_disposition=attached_pic {QuotedInput.File(path).Text}";

    private static string Bounds(MediaLimits limits) => $"-threads 1 -max_streams 32 -max_pixels {limits.MaxPixels}";

    private static FFMpegInputOptions WithErrorLog(this FFMpegInputOptions input) =>
        input.WithCustomArgument(Errors).WithCustomArgument("-filter_threads 1");

    private static FFMpegInputOptions WithInfoLog(this FFMpegInputOptions input) =>
        input.WithCustomArgument(Everything).WithCustomArgument("-filter_threads 1");

    private static FFMpegInputOptions SoundBy(this FFMpegInputOptions input, string? codec) =>
        codec is null ? input : input.WithCustomArgument($"-c:a {codec}");

    private static FFMpegInputOptions Demuxing(this FFMpegInputOptions input, string? options) =>
        options is null ? input : input.WithCustomArgument(options);

    private static FFMpegInputOptions Within(this FFMpegInputOptions input, MediaLimits limits) => input.WithCustomArgument(Bounds(limits));

    private static FFMpegInputOptions FromFile(this FFMpegInputOptions input, string demuxer, MediaLimits limits) =>
        input.Within(limits).WithCustomArgument("-protocol_whitelist file").ForceFormat(demuxer);

    private static FFMpegInputOptions FromDevice(this FFMpegInputOptions input, string format) =>
        input.WithCustomArgument("-thread_queue_size 512").ForceFormat(format);

    // Float keeps what lies above full scale. Its mix of channels would be louder than that of integers, which have no room. Two channels
    // are mixed here, where it is seen that they cancel each other; more become two first.
    private static FFMpegOutputOptions Samples(this FFMpegOutputOptions output, int sampleRateHz) =>
        output.WithAudioCodec("pcm_f32le").WithAudioSamplingRate(sampleRateHz).WithCustomArgument("-rematrix_maxval 1")
            .WithCustomArgument("-af aformat=channel_layouts=mono|stereo");

    private static FFMpegOutputOptions Pictures(this FFMpegOutputOptions output, VideoOutput? video)
    {
        if (video is null) return output;
        output.WithCustomArgument("-map 0:V:0?").WithVideoCodec("rawvideo").WithCustomArgument("-allow_raw_vfw 1");
        // Without a rate each picture keeps its time: a slow or frozen camera must not look like a steady one.
        if (video.Fps is null) output.WithFpsMode("passthrough").WithCustomArgument("-enc_time_base 1:1000");
        return output.WithVideoFilters(filters =>
        {
            if (video.Fps is { } fps) filters.Fps(fps);
            else filters.WithCustomFilter("select", $"isnan(prev_selected_t)+gte(t-prev_selected_t,{ShortestPictureSeconds})")
                .WithCustomFilter("settb", "1/1000");
            filters.WithCustomFilter(
                "scale",
                $"w=min(iw,{video.MaxWidth}):h=min(ih,{video.MaxHeight}):force_original_aspect_ratio=decrease:"
                + "force_divisible_by=2:flags=area");
            filters.WithCustomFilter("format", video.Format == PixelFormat.Bgr24 ? "bgr24" : "gray");
        });
    }

    private static void JpegPictures(this FFMpegOutputOptions output) =>
        output.WithCustomArgument("-map 0:V:0?").WithVideoCodec("mjpeg").WithVideoQualityScale(4).WithCustomArgument("-pix_fmt yuvj420p")
            .WithFpsMode("passthrough").WithCustomArgument("-enc_time_base 1:1000").WithVideoFilters(filters => filters
                .WithCustomFilter("select", $"isnan(prev_selected_t)+gte(t-prev_selected_t,{ShortestPictureSeconds})")
                .WithCustomFilter("settb", "1/1000")
                .WithCustomFilter(
                    "scale",
                    $"w=min(iw,{PulledWidth}):h=min(ih,{PulledHeight}):force_original_aspect_ratio=decrease:force_divisible_by=2:"
                    + "flags=area"));

    private static FFMpegOutputOptions LiveMp4(this FFMpegOutputOptions output) =>
        output.WithoutMetadata().ForceFormat("mp4").WithMovFlags("empty_moov+default_base_moof+frag_every_frame")
            .WithCustomArgument("-flush_packets 1");

    // Short clusters and a bounded wait for the other track: what is decoded leaves at once.
    private static FFMpegOutputOptions Matroska(this FFMpegOutputOptions output) =>
        output.DisableSubtitles().DisableData().WithoutMetadata().WithoutChapters().WithCustomArgument("-flags bitexact -fflags +bitexact")
            .ForceFormat("matroska")
            .WithCustomArgument("-write_crc32 0 -live 1 -cluster_time_limit 40 -flush_packets 1 -max_delay 0 -max_interleave_delta 100000");
}
