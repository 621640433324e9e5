using System.Threading.RateLimiting;
using AVServer.Contracts;
using AVServer.Pipeline;
using AVServer.Server.Configuration;
using AVServer.Server.Metrics;
using AVServer.Server.Problems;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.Options;

namespace AVServer.Server.Endpoints;

/// <summary>Scores one uploaded file by the code that serves live streams. The file is gone when the answer is.</summary>
internal static class ScoreEndpoint
{
    public const string RatePolicy = "score";

    public static IEndpointRouteBuilder MapScore(this IEndpointRouteBuilder routes)
    {
        routes.MapPost(Routes.Score, ScoreAsync)
            .WithSummary("Scores a media file of any container: the first file of a multipart body, or the raw body.")
            .WithMetadata(new OwnSizeLimit())
            .RequireRateLimiting(RatePolicy)
            .Produces<ScoreReport>()
            .ProducesProblem(StatusCodes.Status413PayloadTooLarge)
            .ProducesProblem(StatusCodes.Status415UnsupportedMediaType)
            .ProducesProblem(StatusCodes.Status422UnprocessableEntity);
        return routes;
    }

    /// <summary>Some files at once, some waiting, the rest refused: scoring takes whole cores from the live streams.</summary>
    public static void ConfigureRate(RateLimiterOptions options, ServerLimits limits)
    {
        options.AddPolicy(RatePolicy, _ => RateLimitPartition.GetConcurrencyLimiter(RatePolicy, _ => new ConcurrencyLimiterOptions
        {
            PermitLimit = limits.ConcurrentScores,
            QueueLimit = limits.QueuedScores,
        }));
        options.OnRejected = async (context, _) =>
            await Problem.Of(FaultCodes.ServerBusy, $"Expected at most {limits.ConcurrentScores} files at once and {limits.QueuedScores} waiting; try again later.")
                .ExecuteAsync(context.HttpContext);
    }

    private static async Task<ScoreReport> ScoreAsync(
        HttpContext context, IStreamPipeline pipeline, IOptions<ServerLimits> limits, ServerMetrics metrics, TimeProvider time,
        bool posteriors = false, string? model = null, string? fileName = null)
    {
        if (model is not null && !pipeline.Models.Any(m => m.Name == model))
            throw new RefusedException(FaultCodes.UnknownModel, $"Expected a model out of {Routes.Models}, got one that this server did not load.");
        await using var upload = await SpooledUpload.ReceiveAsync(context.Request, fileName, limits.Value.MaxUploadBytes, context.RequestAborted);
        var started = time.GetTimestamp();
        var report = await pipeline.ScoreFileAsync(upload.Path, new ScoreRequest(upload.FileName, posteriors, model), context.RequestAborted);
        metrics.Scored(time.GetElapsedTime(started));
        return report;
    }

    // Kestrel's own limit counts the multipart envelope too; the spool counts the file.
    private sealed class OwnSizeLimit : IRequestSizeLimitMetadata
    {
        public long? MaxRequestBodySize => null;
    }
}
