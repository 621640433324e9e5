namespace AVServer.Media.Matroska;

/// <summary>The elements that matter here (RFC 9559, section 5).</summary>
internal static class ElementIds
{
    public const uint Ebml = 0x1A45DFA3;
    public const uint Segment = 0x18538067;
    public const uint SegmentInfo = 0x1549A966;
    public const uint TimestampScale = 0x2AD7B1;
    public const uint Tracks = 0x1654AE6B;
    public const uint TrackEntry = 0xAE;
    public const uint TrackNumber = 0xD7;
    public const uint TrackType = 0x83;
    public const uint Video = 0xE0;
    public const uint PixelWidth = 0xB0;
    public const uint PixelHeight = 0xBA;
    public const uint Audio = 0xE1;
    public const uint Channels = 0x9F;
    public const uint Cluster = 0x1F43B675;
    public const uint Timestamp = 0xE7;
    public const uint SimpleBlock = 0xA3;
    public const uint BlockGroup = 0xA0;
    public const uint Block = 0xA1;

    /// <summary>Masters whose children are read.</summary>
    public static bool IsEntered(uint id) =>
        id is Segment or SegmentInfo or Tracks or TrackEntry or Video or Audio or Cluster or BlockGroup;

    /// <summary>Elements whose body is read; all others are passed over.</summary>
    public static bool IsRead(uint id) =>
        id is TimestampScale or TrackNumber or TrackType or PixelWidth or PixelHeight or Channels or Timestamp or SimpleBlock or Block;
}
