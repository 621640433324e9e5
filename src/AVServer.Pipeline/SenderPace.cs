namespace AVServer.Pipeline;

/// <summary>Tells a live sender, whose media comes at its own speed, from one that sends as fast as it is taken.</summary>
/// <remarks>One stream's own; one caller at a time.</remarks>
/// <param name="time">Clock of the wall.</param>
/// <param name="slack">How far ahead a sender may be and still be live: a browser sends in bursts, and the first chunk may have come
/// late.</param>
public sealed class SenderPace(TimeProvider time, TimeSpan slack)
{
    // Who sends as fast as possible isn't ahead by the slack yet when he begins.
    private readonly TimeSpan _settling = 2 * slack;
    private (TimeSpan Media, long Wall)? _first;

    /// <summary>Takes the next moment of media.</summary>
    /// <param name="media">Its time; the first counts as in time.</param>
    /// <returns>Whether it came no earlier than its own time.</returns>
    public bool IsLive(TimeSpan media)
    {
        var first = _first ??= (media, time.GetTimestamp());
        var elapsed = time.GetElapsedTime(first.Wall);
        return elapsed >= _settling && media - first.Media <= elapsed + slack;
    }
}
