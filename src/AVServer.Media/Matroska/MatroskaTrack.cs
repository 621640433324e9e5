namespace AVServer.Media.Matroska;

/// <summary>What the header says of a track.</summary>
internal sealed class MatroskaTrack
{
    /// <summary>Number that blocks name.</summary>
    public int Number { get; set; }

    /// <summary>Whether it is sound (track type 2).</summary>
    public bool IsAudio { get; set; }

    /// <summary>Whether it is pictures (track type 1).</summary>
    public bool IsVideo { get; set; }

    /// <summary>Channels of sound.</summary>
    public int Channels { get; set; } = 1;

    /// <summary>Picture elements a row; 0 without pictures.</summary>
    public int Width { get; set; }

    /// <summary>Rows; 0 without pictures.</summary>
    public int Height { get; set; }
}
