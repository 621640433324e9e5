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
    private SpeakerGuess _guess;

    /// <summary>Begins another utterance.</summary>
    public void Begin() => _guess = new SpeakerGuess(_guess.Speaker);

    /// <summary>Who speaks in an utterance that goes on, as far as is known.</summary>
    /// <param name="sound">The stream's last seconds.</param>
    /// <param name="first">Number of the utterance's first sample.</param>
    /// <param name="count">Samples that there are of it.</param>
    /// <returns>Number of the speaker, from 0.</returns>
    public int Find(SampleRing sound, long first, int count)
    {
        var (length, heard) = (Math.Min(count, EnoughSamples), _guess.Heard);
        if ((heard == 0 && length >= FirstLookSamples) || (heard < EnoughSamples && length == EnoughSamples))
            _guess = Guess(sound, first, length);
        return _guess.Speaker;
    }

    /// <summary>Who speaks in an utterance that ends there; changes nothing.</summary>
    /// <inheritdoc cref="Find"/>
    public SpeakerGuess FindAtEnd(SampleRing sound, long first, int count)
    {
        var length = Math.Min(count, EnoughSamples);
        return length > _guess.Heard ? Guess(sound, first, length) : _guess;
    }

    /// <summary>Remembers the utterance, which is over.</summary>
    /// <param name="guess">Who spoke, as was found at its end.</param>
    /// <param name="seconds">Its length.</param>
    public void Remember(SpeakerGuess guess, double seconds)
    {
        _guess = guess;
        if (guess.Vector is { } vector) _clusters!.Add(guess.Speaker, vector, seconds);
    }

    private SpeakerGuess Guess(SampleRing sound, long first, int length)
    {
        if (_clusters is null) return _guess;
        return Hear(sound, first, length) is { } vector
            ? new SpeakerGuess(_clusters.Find(vector), length, vector)
            : _guess with { Heard = length };
    }

    private float[]? Hear(SampleRing sound, long first, int length)
    {
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

/// <summary>Who is taken for an utterance's speaker.</summary>
/// <param name="Speaker">Number of the speaker, from 0.</param>
/// <param name="Heard">Samples of the utterance that were heard for it.</param>
/// <param name="Vector">What they said; null where that was too little.</param>
internal readonly record struct SpeakerGuess(int Speaker, int Heard = 0, float[]? Vector = null);
