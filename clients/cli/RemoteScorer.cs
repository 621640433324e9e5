using AVServer.Client;
using AVServer.Contracts;

namespace AVServer.Cli;

/// <summary>Uploads each file to a server.</summary>
internal sealed class RemoteScorer(AVServerClient client) : IFileScorer
{
    public async Task<ScoreReport> ScoreAsync(string path, bool posteriors, string? model, Action<TimeSpan> onHeard, CancellationToken cancellationToken)
    {
        await using var media = File.OpenRead(path);
        var report = await client.ScoreAsync(media, Path.GetFileName(path), posteriors, model, status => onHeard(status.Done), cancellationToken);
        return report with { File = path };
    }

    public ValueTask DisposeAsync()
    {
        client.Dispose();
        return ValueTask.CompletedTask;
    }
}
