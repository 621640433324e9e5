namespace AVServer.Pipeline;

/// <summary>A step of sound on its way to the audio-visual models.</summary>
/// <param name="Track">Number of the stretch of sound that it belongs to; another one begins after a hole.</param>
/// <param name="Index">Number of the step within it.</param>
/// <param name="Origin">Media time of the stretch's first sample.</param>
/// <param name="End">Media time of its end.</param>
/// <param name="HeardAt">Media time that had to be received for it.</param>
/// <param name="HasVoice">Whether the gate was open.</param>
/// <param name="Features">
/// Its fbank frames, [frames, mels]; the receiver's own. Empty: the step was handed on before, and these are words that the end of the
/// sound brought.
/// </param>
/// <param name="Words">What was heard of keywords that an audio-visual model knows too, or that lips help to decide.</param>
/// <param name="SoundEnd">Where the sound ends, once it has: nothing happens behind it.</param>
internal readonly record struct FeatureStep(
    int Track, long Index, TimeSpan Origin, TimeSpan End, TimeSpan HeardAt, bool HasVoice, float[] Features, IReadOnlyList<HeardWord> Words,
    TimeSpan? SoundEnd);
