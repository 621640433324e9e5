using AVServer.Contracts;

namespace AVServer.Pipeline;

/// <summary>
/// The way from media to events, shared by live ingest, offline scoring, the command line and the tests. Stateless: all state belongs to a
/// run.
/// </summary>
public interface IStreamPipeline
{
    /// <summary>The models that listen, and the ones that a file can be scored with.</summary>
    IReadOnlyList<ModelSummary> Models { get; }

    /// <summary>Who writes down what is said: <c>none</c>, <c>vosk</c>, <c>own</c> or <c>client</c>.</summary>
    string Transcriber { get; }

    /// <summary>
    /// Runs every model that listens to sound on some, several streams at once, so that the first sender waits for nothing that is made
    /// once: code that is compiled when it first runs, memory of a batch. What is found in it is told to nobody.
    /// </summary>
    /// <param name="cancellationToken">Gives up.</param>
    Task WarmUpAsync(CancellationToken cancellationToken);

    /// <summary>Gets words ready that one call brings, so that a bad one is refused before any media comes.</summary>
    /// <param name="words">As they will stand in <see cref="StreamRequest.Words"/> or <see cref="ScoreRequest.Words"/>.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="KeywordException">A word can't be taken; the message says why.</exception>
    Task PrepareAsync(IReadOnlyList<KeywordRequest> words, CancellationToken cancellationToken);

    /// <summary>Runs one stream from its first chunk to its last.</summary>
    /// <param name="request">Which stream, and the format of its chunks; its words are those that <see cref="PrepareAsync"/> took.</param>
    /// <param name="chunks">The media in order; how it is cut into chunks changes nothing.</param>
    /// <param name="cancellationToken">Ends the run at once, without a <see cref="ClosedEvent"/>.</param>
    /// <returns>
    /// <see cref="OpenedEvent"/>, what was noticed, <see cref="ClosedEvent"/>. Media that can't be used ends the stream with a
    /// <see cref="FaultEvent"/> before <see cref="ClosedEvent"/>, never with an exception. The stream's id is set;
    /// <see cref="StreamEvent.Sequence"/> and <see cref="StreamEvent.At"/> are the publisher's to set.
    /// </returns>
    IAsyncEnumerable<StreamEvent> RunAsync(StreamRequest request, IAsyncEnumerable<MediaChunk> chunks, CancellationToken cancellationToken);

    /// <summary>Scores one media file by the same code that serves live streams.</summary>
    Task<ScoreReport> ScoreFileAsync(string path, ScoreRequest request, CancellationToken cancellationToken);

    /// <summary>The length of a media file as its container states it, without decoding it.</summary>
    /// <returns>Null where the container doesn't state it, or the file is no media.</returns>
    Task<TimeSpan?> FindDurationAsync(string path, CancellationToken cancellationToken);
}
