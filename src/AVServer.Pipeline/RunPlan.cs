namespace AVServer.Pipeline;

/// <summary>How one stream or file is run.</summary>
/// <param name="Models">What listens.</param>
/// <param name="Faces">What finds faces; loaded only where pictures come.</param>
/// <param name="Time">Tells a live stream from one that is sent as fast as it can be.</param>
/// <param name="Gated">Whether silence is skipped.</param>
/// <param name="Paced">Whether the media arrives at its own speed.</param>
/// <param name="DropsLatePictures">Whether a live stream loses pictures where the machine can't keep up.</param>
/// <param name="MayHaveSound">False where the stream's announcement rules sound out.</param>
/// <param name="MayHavePictures">False where it rules pictures out.</param>
/// <param name="Speech">What listens to speech itself, if anything does.</param>
/// <param name="Words">What listens for typed words, if anything does.</param>
internal sealed record RunPlan(
    ListeningModels Models,
    FaceModels Faces,
    TimeProvider Time,
    bool Gated,
    bool Paced,
    bool DropsLatePictures = false,
    bool MayHaveSound = true,
    bool MayHavePictures = true,
    SpeechModels? Speech = null,
    WordPlan? Words = null)
{
    /// <summary>The lips that typed words are looked for on; null where they are only heard, or there are no pictures.</summary>
    public LipPhones? Lips => MayHavePictures ? Words?.Lips : null;

    /// <summary>Whether anything makes use of pictures.</summary>
    public bool WantsPictures => MayHavePictures && (Models.WantsPictures || Lips is not null);
}

/// <summary>How typed words are listened for.</summary>
/// <param name="Model">What finds them.</param>
/// <param name="List">The words of the moment; null while there are none.</param>
/// <param name="StreamId">The stream, for words that are for some only; null: all count.</param>
/// <param name="Lips">Where they are looked for too, if there are pictures; null: nowhere.</param>
internal sealed record WordPlan(WordModel Model, Func<WordList?> List, string? StreamId, LipPhones? Lips = null);
