using AVServer.Contracts;

namespace AVServer.Cli;

/// <summary>Where files are scored: on a server, or in this process.</summary>
internal interface IFileScorer : IAsyncDisposable
{
    Task<ScoreReport> ScoreAsync(string path, bool posteriors, string? model, CancellationToken cancellationToken);
}
