using AVServer.Contracts;

namespace AVServer.Pipeline;

/// <summary>What a stream's <see cref="SpeechTrack"/> takes, in the order of the stream.</summary>
internal abstract record SpeechInput;

/// <summary>A step of sound that the gate let pass.</summary>
/// <param name="Track">Number of the audio track within the stream.</param>
/// <param name="Step">Number of the step within the track; rises, with holes where the gate was closed.</param>
/// <param name="Start">Media time of the first sample.</param>
/// <param name="Samples"><see cref="AudioClock.StepSamples"/> of them; owned by the receiver.</param>
internal sealed record SoundStep(int Track, long Step, TimeSpan Start, float[] Samples) : SpeechInput;

/// <summary>A step that the gate kept out: silence.</summary>
/// <param name="End">Media time at its end.</param>
internal sealed record SilentStep(TimeSpan End) : SpeechInput;

/// <summary>The sound ends, or jumps.</summary>
internal sealed record SoundEnd : SpeechInput;

/// <summary>Words that the client sent.</summary>
internal sealed record SuppliedText(TextMessage Message) : SpeechInput;
