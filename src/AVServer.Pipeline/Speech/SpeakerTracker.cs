using System.Buffers;
using AVServer.Detection;
using AVServer.Runtime;
using AVServer.Signal;

namespace AVServer.Pipeline;

/// <summary>Finds out which of a stream's speakers an utterance is of. One stream's own; one caller at a time.</summary>
/// <remarks>
/// The first seconds of an utterance say who speaks; until there are so many the one who spoke last is taken for the speaker. Vectors stay
/// in memory and go with the stream.
/// </remarks>
/// <param name="embedding">Shared; null where none is installed: all is one speaker then.</param>
internal sealed class SpeakerTracker(SpeakerEmbedding? embedding)
{
    // More of an utterance isn't heard. While it goes on it is heard at half of that and at the whole; else at its end.
    private const int EnoughSamples = 4 * SpeakerFrontEnd.SampleRateHz;
    private const int FirstLookSamples = EnoughSamples / 2;

    // Fewer frames of speech say too little.
    private const int LeastFrames = 40;

    private static readonly SpeakerFrontEnd FrontEnd = new();

    private readonly SpeakerClusters? _clusters = embedding is null ? null : new SpeakerClusters(embedding.Dim);
    private int _last;
    private int _heard;
    private float[]? _vector;

    /// <summary>Begins another utterance.</summary>
    public void Begin() => (_heard, _vector) = (0, null);

    /// <summary>Who speaks, as far as is known.</summary>
    /// <param name="sound">The stream's last seconds.</param>
    /// <param name="first">Number of the utterance's first sample.</param>
    /// <param name="count">Samples that there are of it.</param>
    /// <param name="isOver">Whether the utterance is over.</param>
    /// <returns>Number of the speaker, from 0.</returns>
    public int Find(SampleRing sound, long first, int count, bool isOver)
    {
        if (_clusters is null) return 0;
        var length = Math.Min(count, EnoughSamples);
        var isDue = isOver
            ? length > _heard
            : (_heard == 0 && length >= FirstLookSamples) || (_heard < EnoughSamples && length == EnoughSamples);
        if (isDue && Hear(sound, first, length) is { } vector) (_vector, _last) = (vector, _clusters.Find(vector));
        return _last;
    }

    /// <summary>Remembers the utterance, which is over, as that of the speaker who was found.</summary>
    /// <param name="seconds">Its length.</param>
    public void Remember(double seconds)
    {
        if (_vector is not null) _clusters!.Add(_last, _vector, seconds);
    }

    private float[]? Hear(SampleRing sound, long first, int length)
    {
        _heard = length;
        var rented = ArrayPool<float>.Shared.Rent(length);
        try
        {
            sound.Read(first, rented.AsSpan(0, length));
            var frames = FrontEnd.Compute(rented.AsSpan(0, length));
            return frames.Length < LeastFrames * SpeakerFrontEnd.Dim ? null : embedding!.Embed(frames);
        }
        finally
        {
            ArrayPool<float>.Shared.Return(rented);
        }
    }
}
