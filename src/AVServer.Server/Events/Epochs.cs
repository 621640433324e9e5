using System.Globalization;
using AVServer.Contracts;

namespace AVServer.Server.Events;

/// <summary>
/// Names of epochs: twelve hexadecimal digits of the millisecond at which a log began, then four of a version and of chance, as a UUID of
/// version 7 begins. So they sort by time, and one from before the server's start tells of a restart.
/// </summary>
internal static class Epochs
{
    private const int Length = 16;
    private const int TimeLength = 12;

    /// <summary>A new one.</summary>
    public static string Create(DateTimeOffset now) => Guid.CreateVersion7(now).ToString("n")[..Length];

    /// <summary>Why a place of another epoch isn't known here.</summary>
    /// <param name="epoch">That of the place.</param>
    /// <param name="serverEpoch">One that was made when the server started.</param>
    public static LostReason WhyUnknown(string epoch, string serverEpoch)
    {
        if (TimeOf(epoch) is not { } then || TimeOf(serverEpoch) is not { } started) return LostReason.UnknownEpoch;
        return then < started ? LostReason.Restart : LostReason.Trimmed;   // of this run: its log was forgotten since
    }

    private static long? TimeOf(string epoch)
    {
        if (epoch.Length != Length) return null;
        var digits = epoch.AsSpan(0, TimeLength);
        return long.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var time) ? time : null;
    }
}
