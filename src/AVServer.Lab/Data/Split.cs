namespace AVServer.Lab.Data;

/// <summary>What a recording may be used for. A contributor, or a whole corpus, is in one of them only.</summary>
public enum Split
{
    /// <summary>Not used.</summary>
    None,

    /// <summary>The weights may see it.</summary>
    Train,

    /// <summary>Thresholds and choices may see it, the weights may not.</summary>
    Dev,

    /// <summary>Seen only by the report.</summary>
    Test,
}

/// <summary>What a recording is.</summary>
public enum ClipRole
{
    /// <summary>Speech without the keyword.</summary>
    Filler,

    /// <summary>The keyword is in it.</summary>
    Keyword,

    /// <summary>Background that other recordings are mixed with; alone it is filler too.</summary>
    Noise,

    /// <summary>Impulse response of a room.</summary>
    Room,
}
