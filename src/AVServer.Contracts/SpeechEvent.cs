namespace AVServer.Contracts;

/// <summary>Something was said: an utterance as the server's recogniser understood it, or text that the client sent.</summary>
/// <param name="Text">The words.</param>
/// <param name="Start">Media time at which the utterance begins.</param>
/// <param name="End">Media time at which it ends.</param>
/// <param name="Words">Each word with its time; absent for text that the client sent.</param>
/// <param name="Model">The recogniser; absent for text that the client sent.</param>
public sealed record SpeechEvent(
    string Text, TimeSpan Start, TimeSpan End, IReadOnlyList<TimedWord>? Words = null, ModelReference? Model = null) : StreamEvent;

/// <summary>One word of an utterance.</summary>
/// <param name="Word">As the recogniser spells it.</param>
/// <param name="Start">Media time at which it begins.</param>
/// <param name="End">Media time at which it ends.</param>
/// <param name="Confidence">How sure the recogniser is of it, 0 to 1.</param>
public sealed record TimedWord(string Word, TimeSpan Start, TimeSpan End, float Confidence);
