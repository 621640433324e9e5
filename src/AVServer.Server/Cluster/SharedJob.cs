using System.Diagnostics;
using System.Text.Json;
using AVServer.Contracts;
using AVServer.Pipeline;

namespace AVServer.Server.Cluster;

/// <summary>What was asked for with a file, as all nodes read it.</summary>
/// <param name="File">Name that the sender gave the file.</param>
/// <param name="Posteriors">See <see cref="ScoreRequest"/>.</param>
/// <param name="Model">The same.</param>
/// <param name="Words">Words that are looked for beside those of the server.</param>
/// <param name="Total">Length of the media where its container states it.</param>
/// <param name="SubmittedAt">When it came, UTC.</param>
/// <param name="Trace">The request's trace, as W3C writes it.</param>
/// <param name="Video">Whether pictures count; nodes that don't say so yet mean that they do.</param>
internal sealed record SharedJob(
    string File, bool Posteriors, string? Model, IReadOnlyList<KeywordRequest> Words, TimeSpan? Total, DateTimeOffset SubmittedAt,
    string? Trace, bool Video = true)
{
    /// <summary>What its sender asks for now.</summary>
    public static SharedJob Of(ScoreRequest request, TimeSpan? total, DateTimeOffset now) =>
        new(request.FileName, request.Posteriors, request.Model, request.Words, total, now, Activity.Current?.Id, request.Video);

    public static SharedJob Parse(string json) => JsonSerializer.Deserialize<SharedJob>(json, ContractsJson.Options)!;

    /// <summary>The request that brought the file.</summary>
    public ActivityContext Submitter => ActivityContext.TryParse(Trace, null, out var submitter) ? submitter : default;

    public string ToJson() => JsonSerializer.Serialize(this, ContractsJson.Options);

    public ScoreRequest ToRequest() => new(File, Posteriors, Model) { Words = Words, Video = Video };
}
