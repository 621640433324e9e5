using AVServer.Contracts;

namespace AVServer.Pipeline;

/// <summary>What is kept of recordings of a word: how its phones scored, from which no voice can be heard again.</summary>
/// <param name="Examples">Of each recording, see <see cref="Detection.WordExamples.Embed"/>.</param>
/// <param name="Recordings">What each brought.</param>
internal sealed record Enrolment(IReadOnlyList<float[]> Examples, IReadOnlyList<EnrolledRecording> Recordings);
