namespace AVServer.Speech;

/// <summary>Writes down what is said: a recogniser that many streams share. Thread-safe.</summary>
public interface ITranscriber : IDisposable
{
    /// <summary>Begins to listen to a stream.</summary>
    /// <returns>The stream's own, to be disposed with it and before the transcriber.</returns>
    ITranscription Open();
}

/// <summary>One stream's ear. For one caller at a time.</summary>
public interface ITranscription : IDisposable
{
    /// <summary>What was understood of the utterance so far; may still change.</summary>
    string Partial { get; }

    /// <summary>Hears the next sound of an utterance; the first after <see cref="Finish"/> begins another.</summary>
    /// <param name="samples">In [-1, 1), 16 kHz, any number; not kept.</param>
    void Accept(ReadOnlySpan<float> samples);

    /// <summary>
    /// Somebody rests, so that the utterance is about to end, though it may go on: a good moment for work that its end would have to wait
    /// for.
    /// </summary>
    void Settle()
    {
    }

    /// <summary>Ends the utterance.</summary>
    /// <returns>Its words, in order; none where nothing was understood.</returns>
    IReadOnlyList<SpokenWord> Finish();
}
