using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using System.Text;
using AVServer.Contracts;
using AVServer.Media;
using AVServer.Media.Ffmpeg;
using AVServer.Media.Matroska;
using AVServer.Media.Ogg;
using AVServer.Media.Raw;
using AVServer.TestKit;

namespace AVServer.Fuzz.Tests;

/// <summary>What reads media itself, before, beside and behind ffmpeg.</summary>
internal static class MediaParsers
{
    private static readonly string[] Demuxers = ["wav", "mov", "matroska", "ogg"];
    private static readonly MediaLimits Limits = new() { MaxDuration = TimeSpan.FromHours(4), MaxInputBytes = 1 << 30 };
    private static readonly TemporaryFolder Folder = new();

    private static readonly byte[] Wav =
    [
        .. "RIFF"u8, 60, 0, 0, 0, .. "WAVEfmt "u8, 16, 0, 0, 0, 1, 0, 1, 0, 0x80, 0x3E, 0, 0, 0, 0x7D, 0, 0, 2, 0, 16, 0,
        .. "data"u8, 16, 0, 0, 0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0, 7, 0, 8, 0,
    ];

    private static readonly byte[] LongWav =
    [
        .. "RF64"u8, 0xFF, 0xFF, 0xFF, 0xFF, .. "WAVEds64"u8, 28, 0, 0, 0, 99, 0, 0, 0, 0, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0,
        0, 0, 0, 0, 0, 0, 0, 0,
        .. "fmt "u8, 40, 0, 0, 0, 0xFE, 0xFF, 2, 0, 0x80, 0xBB, 0, 0, 0, 0xEE, 2, 0, 4, 0, 16, 0, 22, 0, 12, 0, 3, 0, 0, 0, 1, 0, 0, 0, 0,
            0,
        0x10, 0, 0x80, 0, 0, 0xAA, 0, 0x38, 0x9B, 0x71, .. "data"u8, 0xFF, 0xFF, 0xFF, 0xFF, 1, 0, 2, 0, 3, 0, 4, 0, .. "data"u8, 2, 0, 0,
            0, 1, 0,
    ];

    private static readonly byte[] Mp4 =
        [0, 0, 0, 16, .. "ftypisom"u8, 0, 0, 2, 0, 0, 0, 0, 1, .. "free"u8, 0, 0, 0, 0, 0, 0, 0, 24, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 24,
            .. "mdat"u8, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1, 2, 3, 4, 5, 6];

    private static readonly byte[] Ogg =
    [
        .. Page(2, 1, "OpusHead"u8), .. Page(0, 1, "sound of the first"u8), .. Page(4, 1, "its end"u8),
        .. Page(2, 2, "OpusHead"u8), .. Page(4, 2, "another link"u8),
    ];

    private static readonly byte[] Tagged =
        [.. "ID3"u8, 3, 0, 0, 0, 0, 0, 5, 1, 2, 3, 4, 5, .. "ID3"u8, 4, 0, 0x10, 0, 0, 0, 2, 1, 2, .. "3DI"u8, 4, 0, 0x10, 0, 0, 0, 2,
            .. Mp3];

    private static readonly byte[] Matroska =
    [
        0x1A, 0x45, 0xDF, 0xA3, 0x80, 0x18, 0x53, 0x80, 0x67, 0x01, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
        0x15, 0x49, 0xA9, 0x66, 0x87, 0x2A, 0xD7, 0xB1, 0x83, 0x01, 0x86, 0xA0,
        0x16, 0x54, 0xAE, 0x6B, 0x9C, 0xAE, 0x8A, 0xD7, 0x81, 1, 0x83, 0x81, 2, 0xE1, 0x83, 0x9F, 0x81, 2,
        0xAE, 0x8E, 0xD7, 0x81, 2, 0x83, 0x81, 1, 0xE0, 0x86, 0xB0, 0x81, 2, 0xBA, 0x81, 2,
        0x1F, 0x43, 0xB6, 0x75, 0xFF, 0xE7, 0x82, 0x03, 0xE8, 0xA3, 0x8C, 0x81, 0, 5, 0x80, 0, 0, 0, 0x3F, 0, 0, 0, 0x3F, 0xEC, 0x83, 1,
            2, 3,
        0xA0, 0x8C, 0xA1, 0x8A, 0x81, 0xFF, 0xFF, 0, 0, 0, 0, 0, 0, 0, 0xA3, 0x88, 0x40, 2, 0, 0, 0x80, 1, 2, 3,
    ];

    private static readonly byte[] Jpeg =
        [0xFF, 0xD8, 0xFF, 0xE0, 0, 6, 1, 2, 3, 4, 0xFF, 0xFF, 0xC0, 0, 11, 8, 0, 16, 0, 24, 1, 1, 0x11, 0, 0xFF, 0xDA, 0, 2, 0xFF, 0xD9];

    private static byte[] Mp3 => [.. Frame, .. Frame, .. Frame, .. Frame];

    private static byte[] Frame => [0xFF, 0xFB, 0x10, 0xC4, .. new byte[100]];   // 32 kbit/s, 44.1 kHz: 104 bytes

    private static byte[] Adts => [.. Enumerable.Repeat<byte[]>([0xFF, 0xF1, 0x50, 0x80, 1, 0x9F, 0xFC, 0, 0, 0, 0, 0],
        4).SelectMany(frame => frame)];

    private static byte[] FfmpegText =>
        Encoding.UTF8.GetBytes(
            "[matroska,webm @ 0x5555fc375ac0] [warning] Estimating duration from bitrate, this may be inaccurate\n"
            + "[info] Input #0, mov,mp4,m4a, from 'pipe:0':\n[info]   Duration: 00:00:03.02, start: 0.000000, bitrate: 18 kb/s\n"
            + "[info]   Stream #0:0(und): Video: h264 (High), yuv420p, 64x48, 25 fps\n[info] Stream mapping:\n"
            + "[h264 @ 0x1] [error] Picture size 90000x90000 exceeds\r[mp3 @ 0x2] [error] Packet mismatch 1 2\n[mov @ 0x3] [error] "
            + "partial file\n");

    private static byte[] ProbeText => Encoding.UTF8.GetBytes(
        """
        {"streams":[{"codec_name":"opus","codec_type":"audio","disposition":{"attached_pic":0}},{"codec_type":"video","disposition":{"attached_pic":1}}],
        "format":{"duration":"0:00:03.020000"}}
        """);

    public static IReadOnlyList<Parser> All { get; } =
    [
        new("head of a container", ReadHead, [Wav, LongWav, Mp4, Ogg, Matroska, Tagged, Mp3, Adts, [.. new byte[500], .. Mp3]],
            Parser.Text("RIFF", "WAVE", "RF64", "ds64", "fmt ", "data", "moov", "moof", "mdat", "ftyp", "ID3", "fLaC", "OggS")),
        new("WAV file", ReadWav, [Wav, LongWav], Parser.Text("data", "fmt ", "ds64", "LIST"), typeof(MediaException)),
        new("file with tags", ReadFile, [Tagged, Wav, Mp4, Ogg, [.. Enumerable.Repeat("ID3\u0003\0\0\0\0\0\0"u8.ToArray(),
            300).SelectMany(tag => tag)]],
            Parser.Text("ID3", "ID3\u0003\0\0\0\0\0\0"), typeof(MediaException)),
        new("Ogg chain", ReadOgg, [Ogg], Parser.Text("OggS")),
        new("Matroska", ReadMatroska, [Matroska], [[0xA3], [0xE7], [0xAE], [0xD7, 0x88], [0x2A, 0xD7, 0xB1, 0x88], [0x01, 0xFF, 0xFF,
            0xFF, 0xFF, 0xFF, 0xFF, 0xFF]],
            typeof(InvalidDataException)) { BytesEach = 1 << 18 },   // a hole of ten seconds is filled, of a block of a few bytes
        new("JPEG header", input => JpegHeader.TryReadSize(input, out _, out _), [Jpeg], [[0xFF, 0xC0], [0xFF, 0xDA], [0xFF,
            0xFF]]) { BytesAtMost = 0, BytesEach = 0 },
        new("raw chunks", ReadRaw, [Chunks((1, 0, [1, 0, 2, 0]), (1, 800_000, [0, 1, 0, 2]), (2, 10, Jpeg), (2, 999_999, Jpeg))], [Jpeg],
            typeof(MediaException))
            { BytesEach = 1 << 18 },
        new("ffmpeg's words", input => new FfmpegLog().ReadAsync(new MemoryStream(input)).GetAwaiter().GetResult(), [FfmpegText],
            Parser.Text("[error] ", "[info] ", "Input #0", "  Duration: ", "  Stream #0:0: Video: ", " @ 0x1] ")),
        new("ffprobe's answer", input => MediaProbe.HasPictures(MediaProbe.Parse(Encoding.UTF8.GetString(input))), [ProbeText],
            Parser.Text("duration", "streams", "disposition", "codec_type", "1e300", "99:99:99.99")),
    ];

    private static void ReadHead(byte[] input)
    {
        FileSignature.Detect(input);
        FileSignature.TagLength(input);
        foreach (var demuxer in Demuxers) ContainerHead.IsEnough(demuxer, input);
        ContainerHead.HasIndexLast(input);
        if (WavHeader.TryRead(input) is { } header) _ = (header.SoundCodec, header.Length);
    }

    private static void ReadWav(byte[] input) => InFile(input, path =>
    {
        if (WavHeader.TryRead(input) is not { } header) return;
        WavFile.HasMoreData(path, header);
        if (!WavFile.IsPlain(path, header)) return;
        foreach (var _ in WavFile.ReadAsync(path, header, new MediaLimits(), default).ToBlockingEnumerable()) { }
    });

    private static void ReadFile(byte[] input) => InFile(input, path => MediaFile.OpenAsync(path, Limits,
        default).GetAwaiter().GetResult());

    private static void ReadOgg(byte[] input)
    {
        var bytes = new InputBytes(_ => InPieces(input), default);
        var links = new OggLinks(bytes);
        while (links.MoveNextAsync(default).AsTask().GetAwaiter().GetResult())
        {
            foreach (var _ in links.ReadAsync(default).ToBlockingEnumerable()) { }
        }
    }

    private static void ReadMatroska(byte[] input)
    {
        var reader = new MatroskaReader(PipeReader.Create(new ReadOnlySequence<byte>(input)), 1 << 20);
        var sound = new DecodedAudio(16_000, Limits);
        List<MediaItem> items = [];
        while (reader.ReadAsync(default).AsTask().GetAwaiter().GetResult())
        {
            if (reader.Time > Limits.MaxDuration) return;
            if (reader.Track.IsAudio) sound.Append(reader, items);
            items.Clear();
        }
    }

    // As messages of a hub: a kind, a time of any length, the media; each behind its length.
    private static void ReadRaw(byte[] input)
    {
        var hello = new MediaHello(MediaHello.CurrentProtocol, new AudioFormat(SampleRate: 16_000), new VideoFormat());
        var decoder = new RawDecoder(hello, Limits);
        List<MediaItem> items = [];
        for (var at = 0; at + 10 <= input.Length;)
        {
            var length = Math.Min(input[at], input.Length - at - 10);
            var time = new TimeSpan(BinaryPrimitives.ReadInt64LittleEndian(input.AsSpan(at + 2)));
            decoder.Append(new MediaChunk((MediaKind)input[at + 1], time, input.AsMemory(at + 10, length)), items);
            at += 10 + length;
            items.Clear();
        }
    }

    private static byte[] Chunks(params (byte Kind, long Ticks, byte[] Payload)[] chunks)
    {
        var all = new List<byte>();
        foreach (var (kind, ticks, payload) in chunks)
        {
            var time = new byte[8];
            BinaryPrimitives.WriteInt64LittleEndian(time, ticks);
            all.AddRange([(byte)payload.Length, kind, .. time, .. payload]);
        }
        return [.. all];
    }

    private static void InFile(byte[] input, Action<string> read)
    {
        var path = Path.Combine(Folder.Path, $"{Environment.CurrentManagedThreadId}");
        File.WriteAllBytes(path, input);
        read(path);
    }

    // Cut where headers are.
    private static async IAsyncEnumerable<ReadOnlyMemory<byte>> InPieces(byte[] input)
    {
        await Task.CompletedTask;
        for (int at = 0, piece = 0; at < input.Length; at += piece)
        {
            piece = Math.Min(1 + (at % 40), input.Length - at);
            yield return input.AsMemory(at, piece);
        }
    }

    private static byte[] Page(byte flags, byte serial, ReadOnlySpan<byte> body) =>
        [.. "OggS"u8, 0, flags, 0, 0, 0, 0, 0, 0, 0, 0, serial, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, (byte)body.Length, .. body];
}
