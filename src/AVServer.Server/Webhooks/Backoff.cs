using System.Security.Cryptography;

namespace AVServer.Server.Webhooks;

/// <summary>Pauses that double, with a random part taken off, so that many senders don't come back to a receiver in step.</summary>
internal static class Backoff
{
    private const int Grain = 1_000_000;

    /// <param name="first">The first pause.</param>
    /// <param name="longest">No pause is longer.</param>
    /// <param name="failures">How often it failed, from 1.</param>
    /// <param name="share">How much of the random part is taken off: 0 nothing, 1 half of the pause.</param>
    public static TimeSpan Pause(TimeSpan first, TimeSpan longest, int failures, double share)
    {
        var doubled = first.TotalSeconds * Math.Pow(2, Math.Min(failures - 1, 40));
        return TimeSpan.FromSeconds(Math.Min(doubled, longest.TotalSeconds) * (1 - (share / 2)));
    }

    /// <summary>A random share from 0 to 1.</summary>
    public static double RandomShare() => RandomNumberGenerator.GetInt32(Grain) / (double)Grain;
}
