using AVServer.Contracts;
using AVServer.Media.Pull;

namespace AVServer.Server.Sources;

/// <summary>
/// The one media clock of a stream whose source is connected to again and again: what comes after a break comes as much later as it took,
/// so that the hole is where it was. Within a connection the source's own times count.
/// </summary>
/// <param name="time">Clock of the wall.</param>
internal sealed class SourceClock(TimeProvider time)
{
    /// <summary>How far a source may be ahead of the wall's clock: what its server had in store comes at once.</summary>
    public static readonly TimeSpan LongestLead = TimeSpan.FromSeconds(10);

    // Times that jump further have nothing to do with what went before.
    private static readonly TimeSpan LongestJump = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan Tolerance = TimeSpan.FromMilliseconds(40);

    private long? _began;
    private TimeSpan _origin;
    private TimeSpan _soundEnd;
    private TimeSpan _lastPicture = TimeSpan.MinValue;

    /// <summary>How far what was placed last is ahead of the wall's clock.</summary>
    public TimeSpan Lead { get; private set; }

    /// <summary>The first media of a connection came.</summary>
    public void Connected()
    {
        if (_began is null)
        {
            _began = time.GetTimestamp();
            return;
        }
        var (elapsed, end) = (Elapsed, _soundEnd > _lastPicture ? _soundEnd : _lastPicture);
        _origin = elapsed > end ? elapsed : end;
    }

    /// <summary>Puts a chunk onto the stream's clock.</summary>
    /// <returns>Null of a picture that comes before the last.</returns>
    public MediaChunk? Place(MediaChunk chunk)
    {
        var at = _origin + chunk.Time;
        var last = chunk.Kind == MediaKind.Audio ? _soundEnd : _lastPicture;
        if (at - Elapsed > LongestLead + LongestJump || (chunk.Kind == MediaKind.Audio && last - at > Tolerance))
        {
            // Its clock was set: it goes on where it was.
            var next = last > Elapsed - LongestJump ? last : Elapsed;
            _origin += next - at;
            at = next;
        }
        if (chunk.Kind == MediaKind.Audio)
        {
            if (at < _soundEnd) at = _soundEnd;
            _soundEnd = at + LivePull.DurationOf(chunk);
        }
        else
        {
            if (at <= _lastPicture) return null;
            _lastPicture = at;
        }
        Lead = at - Elapsed;
        return chunk with { Time = at };
    }

    private TimeSpan Elapsed => time.GetElapsedTime(_began!.Value);
}
