namespace AVServer.Pipeline;

/// <summary>
/// Whether sound and pictures still wait for each other: by media time, at most <see cref="Longest"/>; then the one goes on without the
/// other until that comes in time again.
/// </summary>
/// <remarks>One stream's own.</remarks>
/// <param name="mayHaveSound">False where the stream's announcement rules sound out.</param>
/// <param name="mayHavePictures">False where it rules pictures out.</param>
internal sealed class AudioVideoSync(bool mayHaveSound, bool mayHavePictures)
{
    /// <summary>How far sound or pictures may run ahead of each other.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(1.5);

    // Pictures that come at most so far behind the sound are waited for again.
    private static readonly TimeSpan InTime = TimeSpan.FromMilliseconds(500);

    private TimeSpan? _newestSound;
    private TimeSpan? _judged;
    private bool _withoutPictures = !mayHavePictures;

    /// <summary>Whether the stream is taken for one without sound.</summary>
    public bool IsWithoutSound { get; private set; } = !mayHaveSound;

    /// <summary>Sound up to a moment is here.</summary>
    public void AcceptSound(TimeSpan end)
    {
        _newestSound = end;
        IsWithoutSound = false;
    }

    /// <summary>A picture is here.</summary>
    public void AcceptPicture(TimeSpan time)
    {
        if (_judged is not { } judged || time >= judged - InTime) _withoutPictures = false;
    }

    /// <summary>Sound up to a moment was judged.</summary>
    public void MarkJudged(TimeSpan end) => _judged = end;

    /// <summary>Whether sound that ends at a moment, and whose pictures aren't all here, waits for them.</summary>
    public bool WaitsForPictures(TimeSpan end)
    {
        if (_newestSound - end >= Longest) _withoutPictures = true;
        return !_withoutPictures;
    }

    /// <summary>Whether a picture's slot, whose sound isn't here, waits for it.</summary>
    /// <param name="slot">Its time.</param>
    /// <param name="newest">Time of the newest picture.</param>
    public bool WaitsForSound(TimeSpan slot, TimeSpan newest)
    {
        if (IsWithoutSound) return false;
        var tooLong = newest - slot >= Longest;
        // Sound that only pauses comes back as steps; a stream that never had any is one without sound.
        if (tooLong && _newestSound is null) IsWithoutSound = true;
        return !tooLong;
    }
}
