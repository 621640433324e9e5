using AVServer.Client;
using AVServer.Contracts;

namespace AVServer.Cli;

/// <summary>Uploads each file to a server.</summary>
/// <param name="client">Knows the server; this object's to dispose.</param>
/// <param name="words">Words that are looked for beside those of the server, as text.</param>
/// <param name="video">Whether pictures count.</param>
internal sealed class RemoteScorer(AVServerClient client, IReadOnlyList<string>? words, bool video) : IFileScorer
{
    public async Task<ScoreReport> ScoreAsync(
        string path, bool posteriors, string? model, Action<TimeSpan> onHeard, CancellationToken cancellationToken)
    {
        await using var media = File.OpenRead(path);
        var report = await client.ScoreAsync(
            media, Path.GetFileName(path), posteriors, model, status => onHeard(status.Done), words, video, cancellationToken);
        return report with { File = path };
    }

    public ValueTask DisposeAsync()
    {
        client.Dispose();
        return ValueTask.CompletedTask;
    }
}
