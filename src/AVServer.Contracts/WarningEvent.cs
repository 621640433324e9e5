namespace AVServer.Contracts;

/// <summary>Something of the media was not read, or can't be trusted; the stream goes on.</summary>
/// <param name="Code">Short name for programs, one of <see cref="WarningCodes"/>.</param>
/// <param name="Message">What is wrong, and what came of it; for people.</param>
public sealed record WarningEvent(string Code, string Message) : StreamEvent;

/// <summary>A <see cref="WarningEvent"/> of a file that was scored.</summary>
/// <param name="Code">Short name for programs, one of <see cref="WarningCodes"/>.</param>
/// <param name="Message">What is wrong, and what came of it; for people.</param>
public sealed record ScoreWarning(string Code, string Message);

/// <summary>Codes of <see cref="WarningEvent"/> and <see cref="ScoreWarning"/>.</summary>
public static class WarningCodes
{
    /// <summary>The media is damaged: what could be read of it was.</summary>
    public const string Damaged = "damaged";

    /// <summary>The media ends before its own header or index says: what came was read.</summary>
    public const string EndsEarly = "endsEarly";

    /// <summary>There are pictures, but they can't be read; the sound is.</summary>
    public const string PicturesUnread = "picturesUnread";

    /// <summary>The two channels cancel each other when they are mixed: one may be wired the wrong way round.</summary>
    public const string ChannelsCancel = "channelsCancel";

    /// <summary>The source that the media is pulled from is lost; it is tried again, and what is missed told as a gap.</summary>
    public const string SourceLost = "sourceLost";
}
