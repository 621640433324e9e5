using AVServer.Contracts;

namespace AVServer.Cli;

/// <summary>Where files are scored: on a server, or in this process.</summary>
internal interface IFileScorer : IAsyncDisposable
{
    /// <param name="path">The file.</param>
    /// <param name="posteriors">Whether the report carries curves.</param>
    /// <param name="model">Only this keyword model; null: those that listen.</param>
    /// <param name="onHeard">Told the media time that has been heard, from any thread.</param>
    /// <param name="cancellationToken">Breaks off.</param>
    Task<ScoreReport> ScoreAsync(
        string path, bool posteriors, string? model, Action<TimeSpan> onHeard, CancellationToken cancellationToken);
}
