using System.Globalization;
using AVServer.Contracts;

namespace AVServer.Media.Ffmpeg;

/// <summary>Makes of what ffmpeg said, and of what came, the warnings of one source.</summary>
/// <param name="source">What is decoded.</param>
/// <param name="log">What ffmpeg says.</param>
/// <param name="inputBytes">Bytes of media that there were so far.</param>
internal sealed class DecodingWarnings(DecodingSource source, FfmpegLog log, Func<long> inputBytes)
{
    /// <summary>What is wrong with float samples that aren't finite; zeros stand in their place.</summary>
    public const string NoNumbers = "samples that are no numbers";

    // Damage of a stream is told while it goes on, but not where it may be the torn end.
    private static readonly TimeSpan GoesOn = TimeSpan.FromSeconds(2);

    // Codecs round up to whole frames, and headers state the length of the longest track.
    private static readonly TimeSpan Tolerance = TimeSpan.FromMilliseconds(250);

    private TimeSpan? _damagedAt;
    private bool _damageTold;

    /// <summary>Damage of a stream that lies behind what was just decoded; a file's is told at its end.</summary>
    public MediaWarning? Next(DecodedStream decoded)
    {
        if (source.IsFile || _damageTold || (!log.IsDamagedWithin && decoded.IsFinite)) return null;
        _damagedAt ??= decoded.End;
        if (decoded.End - _damagedAt < GoesOn) return null;
        _damageTold = true;
        return Damaged(Stated, Reason(decoded));
    }

    /// <summary>What is to be told when all was decoded.</summary>
    /// <param name="decoded">What came.</param>
    /// <param name="exitCode">ffmpeg's.</param>
    /// <param name="sawPictures">Whether pictures were decoded too.</param>
    /// <param name="unread">Why pictures that were wanted were not; null if they were.</param>
    public IEnumerable<MediaWarning> End(DecodedStream decoded, int exitCode, bool sawPictures, string? unread)
    {
        if (log.HasPictures && !sawPictures && (log.PictureFault ?? unread) is { } why)
        {
            yield return new MediaWarning(WarningCodes.PicturesUnread, $"Pictures were not read, sound was: {why}.");
        }

        if (decoded.ChannelsCancel) yield return ChannelMix.Warning;
        // Beside pictures that nobody looked at, the sound may well be shorter than the whole.
        bool isShort = log.IsCut || (Stated - decoded.End > Tolerance && (!log.HasPictures || sawPictures || log.Damage is not null));
        string? reason = Missing ?? Reason(decoded);
        if (isShort) yield return EndsEarly(Stated, decoded.End, reason);
        else if (!_damageTold && (exitCode != 0 || reason is not null)) yield return Damaged(Stated, reason);
    }

    /// <summary>The warning that media is damaged.</summary>
    public static MediaWarning Damaged(TimeSpan? stated, string? reason)
    {
        string length = stated is { } header ? $" Its header says that it is {Seconds(header)} s long." : "";
        return new MediaWarning(WarningCodes.Damaged, $"The media is damaged{Bracketed(reason)}; what could be read of it was.{length}");
    }

    /// <summary>The warning that media is shorter than it should be.</summary>
    public static MediaWarning EndsEarly(TimeSpan? stated, TimeSpan end, string? reason)
    {
        string length = stated is { } header ? $"its header says that it is {Seconds(header)} s long"
            : "it doesn't say how long it should be";
        return new MediaWarning(
            WarningCodes.EndsEarly, $"The media ends early or is damaged{Bracketed(reason)}: {length}, {Seconds(end)} s could be read.");
    }

    private TimeSpan? Stated => source.StatedLength ?? log.StatedLength;

    // ffmpeg tells of what is missing only where its last packet isn't whole, and its packets differ between files and streams.
    private string? Missing => source.StatedBytes is { } stated && inputBytes() is var there && there < stated
        ? string.Create(CultureInfo.InvariantCulture, $"{there} of {stated} bytes")
        : null;

    private string? Reason(DecodedStream decoded) => log.Damage ?? (decoded.IsFinite ? null : NoNumbers);

    private static string Bracketed(string? reason) => reason is null ? "" : $" ({reason})";

    private static string Seconds(TimeSpan time) => time.TotalSeconds.ToString("0.00", CultureInfo.InvariantCulture);
}
