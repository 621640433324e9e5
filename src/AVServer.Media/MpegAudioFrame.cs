namespace AVServer.Media;

/// <summary>Frames of MPEG sound without a container: MP3 and its elder layers, and AAC in ADTS.</summary>
internal static class MpegAudioFrame
{
    // So many in a row, each where the one before says, are no accident.
    private const int FramesToBelieve = 3;
    private const int HeaderBytes = 7;

    private static readonly int[] LayerOneKbps = [0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448];
    private static readonly int[] LayerTwoKbps = [0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384];
    private static readonly int[] LayerThreeKbps = [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320];
    private static readonly int[] LowRateLayerOneKbps = [0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256];
    private static readonly int[] LowRateKbps = [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160];
    private static readonly int[] RatesHz = [44_100, 48_000, 32_000];

    /// <summary>Finds such sound, at the beginning or behind zeros or other bytes that are none of it.</summary>
    /// <returns>Name of ffmpeg's demuxer; null if there is none.</returns>
    public static string? Detect(ReadOnlySpan<byte> head)
    {
        for (int at = 0; at + HeaderBytes <= head.Length; at++)
        {
            int next = head[at..].IndexOf((byte)0xFF);
            if (next < 0) return null;
            at += next;
            foreach (bool adts in (ReadOnlySpan<bool>)[false, true])
                if (IsRun(head[at..], adts, atStart: at == 0)) return adts ? "aac" : "mp3";
        }

        return null;
    }

    // At the very beginning a file may hold fewer frames.
    private static bool IsRun(ReadOnlySpan<byte> bytes, bool adts, bool atStart)
    {
        int frames = 0;
        var kind = 0;
        while (frames < FramesToBelieve && bytes.Length >= HeaderBytes)
        {
            var (length, frameKind) = adts ? AdtsLength(bytes) : MpegLength(bytes);
            if (length == 0 || (frames > 0 && frameKind != kind)) return false;
            kind = frameKind;
            frames++;
            if (length > bytes.Length) return atStart;
            bytes = bytes[length..];
        }

        return frames == FramesToBelieve || (atStart && frames > 0);
    }

    // Length in bytes, and what stays the same from frame to frame; 0 if it is no frame.
    private static (int Length, int Kind) MpegLength(ReadOnlySpan<byte> header)
    {
        int version = (header[1] >> 3) & 3, layer = 4 - ((header[1] >> 1) & 3), bitrate = header[2] >> 4, rate = (header[2] >> 2) & 3;
        if (header[0] != 0xFF || (header[1] & 0xE0) != 0xE0 || version == 1 || layer == 4 || bitrate is 0 or 15 || rate == 3) return (0, 0);
        bool low = version != 3;
        int[] rates = (layer, low) switch
        {
            (1, false) => LayerOneKbps,
            (2, false) => LayerTwoKbps,
            (3, false) => LayerThreeKbps,
            (1, true) => LowRateLayerOneKbps,
            _ => LowRateKbps,
        };
        int hz = RatesHz[rate] >> (version == 3 ? 0 : version == 2 ? 1 : 2);
        int padding = (header[2] >> 1) & 1;
        int length = layer == 1 ? ((12_000 * rates[bitrate] / hz) + padding) * 4
            : ((layer == 3 && low ? 72_000 : 144_000) * rates[bitrate] / hz) + padding;
        return (length, (header[1] & 0x1E) | (rate << 8));
    }

    private static (int Length, int Kind) AdtsLength(ReadOnlySpan<byte> header)
    {
        if (header[0] != 0xFF || (header[1] & 0xF6) != 0xF0 || ((header[2] >> 2) & 0xF) > 12) return (0, 0);
        int length = ((header[3] & 3) << 11) | (header[4] << 3) | (header[5] >> 5);
        return length <= HeaderBytes ? (0, 0) : (length, (header[2] & 0xFC) | (header[1] << 8));
    }
}
