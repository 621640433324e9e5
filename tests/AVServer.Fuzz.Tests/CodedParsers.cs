using AVServer.Media;
using AVServer.Media.Flac;
using AVServer.Media.Mp3;
using AVServer.TestKit;

namespace AVServer.Fuzz.Tests;

/// <summary>What decodes files of coded sound without ffmpeg.</summary>
internal static class CodedParsers
{
    private static readonly TemporaryFolder Folder = new();

    // One channel of 16 bits at 16 kHz in blocks of up to 32: 32 equal samples, then 16 of a line, then nothing is left.
    private static readonly byte[] Flac =
    [
        .. "fLaC"u8, 0, 0, 0, 34, 0, 32, 0, 32, 0, 0, 0, 0, 0, 0, 0x03, 0xE8, 0x00, 0xF0, 0, 0, 0, 48, .. new byte[16],
        4, 0, 0, 4, 1, 2, 3, 4, 0x81, 0, 0, 4, 0, 0, 0, 0,
        .. Frame([0xFF, 0xF8, 0x65, 0x08, 0, 31], [0x00, 0x12, 0x34]),
        .. Frame([0xFF, 0xF8, 0x65, 0x08, 1, 15], [0x14, 0x12, 0x34, 0x12, 0x35, 0x00, 0x3F, 0xFF]),
    ];

    // Behind the number of bits less 4 and that of samples less 1: predicted from two samples, and samples as they stand.
    private static readonly byte[] LinearSubframe =
        [12, 31, 0x42, 0x12, 0x34, 0x12, 0x35, 0x30, 0x9F, 0x00, 0xBA, .. Enumerable.Repeat<byte>(0x5A, 60)];

    private static readonly byte[] VerbatimSubframe = [4, 15, 0x02, .. Enumerable.Range(0, 16).Select(i => (byte)(i * 17))];

    private static readonly byte[] SilentMp3 = [.. Enumerable.Repeat(Mp3Frame(8, [], []), 6).SelectMany(frame => frame)];

    // Coded sound of 20 pairs of values in table 1 to 3, all of it in its own frame.
    private static readonly byte[] Mp3 =
    [
        .. Mp3Frame(
            16, [], [.. "Info"u8, 0, 0, 0, 3, 0, 0, 0, 4, 0, 0, 0, 72 + (4 * 36), .. "LAME3.100"u8, .. new byte[12], 0x24, 0x03, 0xC0]),
        .. Enumerable.Repeat(Mp3Frame(8, [0, 0x09, 0x60, 0x50, 0xB4, 0x00, 0x21, 0x86, 0x88], [.. Enumerable.Repeat<byte>(0xB7, 23)]), 4)
            .SelectMany(frame => frame),
    ];

    public static IReadOnlyList<Parser> All { get; } =
    [
        new("FLAC file", input => ReadAll(input, path => FlacReader.Open(path, 0)), [Flac], Parser.Text("fLaC"),
            typeof(InvalidDataException)) { BytesAtMost = 4 << 20, BytesEach = 1 << 16 },   // a few bytes may stand for 65,535 samples
        new("FLAC subframe", ReadSubframe, [LinearSubframe, VerbatimSubframe], [[0b0001_0000], [0b0100_0000]],
            typeof(InvalidDataException)),
        new("MP3 file", input => ReadAll(input, path => Mp3Reader.Open(path, 0)), [SilentMp3, Mp3], [[0xFF, 0xF3, 0x18, 0xC0]],
            typeof(InvalidDataException)) { BytesEach = 1 << 12 },   // the library's own arrays, in passing
    ];

    private static void ReadAll(byte[] input, Func<string, ISoundReader> open)
    {
        string path = Path.Combine(Folder.Path, $"{Environment.CurrentManagedThreadId}");
        File.WriteAllBytes(path, input);
        using var reader = open(path);
        while (reader.Read() is not null) { }
    }

    // Behind checksums, which changes hardly ever get past.
    private static void ReadSubframe(byte[] input)
    {
        if (input.Length < 2) return;
        var bits = new BitReader(input.AsSpan(2));
        FlacSubframe.Read(ref bits, 4 + (input[0] % 22), new int[1 + input[1]]);
    }

    private static byte[] Frame(byte[] header, byte[] subframe)
    {
        byte[] summed = [.. header, FlacChecksum.OfHeader(header), .. subframe];
        int sum = FlacChecksum.OfFrame(summed);
        return [.. summed, (byte)(sum >> 8), (byte)sum];
    }

    // 16 kHz, one channel.
    private static byte[] Mp3Frame(int kbps, byte[] side, byte[] main)
    {
        byte[] frame = [0xFF, 0xF3, (byte)(((kbps / 8) << 4) | 8), 0xC0, .. side, .. new byte[9 - side.Length], .. main];
        return [.. frame, .. new byte[(72 * kbps / 16) - frame.Length]];
    }
}
