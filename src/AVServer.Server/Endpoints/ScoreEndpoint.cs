using System.Threading.RateLimiting;
using AVServer.Contracts;
using AVServer.Pipeline;
using AVServer.Server.Configuration;
using AVServer.Server.Jobs;
using AVServer.Server.Keywords;
using AVServer.Server.Metrics;
using AVServer.Server.Problems;
using AVServer.Server.Security;
using AVServer.Server.Telemetry;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.Options;

namespace AVServer.Server.Endpoints;

/// <summary>Scores one uploaded file by the code that serves live streams: while its sender waits, and the file is gone when the answer is; or as a job.</summary>
internal static class ScoreEndpoint
{
    public const string RatePolicy = "score";

    // Smaller files are not even asked how long they are: that costs more than scoring most of them.
    private const long SmallBytes = 1 << 20;

    public static IEndpointRouteBuilder MapScore(this IEndpointRouteBuilder routes)
    {
        routes.MapPost(Routes.Score, ScoreAsync)
            .RequireScope(Scope.Score)
            .WithSummary(
                "Scores a media file of any container: the first file of a multipart body, or the raw body. The answer is JSON, CSV, "
                + "WebVTT or a page, by ?format=json|csv|vtt|html or Accept; for a long file, or with ?job=true, it is 202 with the job's "
                + "address. "
                + "?word=, again and again, looks for further words.")
            // Kestrel's own counts the multipart envelope too; the spool counts the file.
            .WithMetadata(new DisableRequestSizeLimitAttribute())
            .RequireRateLimiting(RatePolicy)
            .Produces<ScoreReport>(StatusCodes.Status200OK, "application/json", "text/csv", "text/vtt", "text/html")
            .Produces<JobStatus>(StatusCodes.Status202Accepted)
            .ProducesProblem(StatusCodes.Status400BadRequest)
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
            await new RefusedException(
                    FaultCodes.ServerBusy,
                    $"Expected at most {limits.ConcurrentScores} files at once and {limits.QueuedScores} waiting; try again later.")
                .ToProblem(context.HttpContext.Response).ExecuteAsync(context.HttpContext);
    }

    private static async Task<IResult> ScoreAsync(
        HttpContext context, IStreamPipeline pipeline, QueryWords queryWords, JobStore jobs, IOptions<ServerLimits> limits,
        IOptions<JobOptions> jobOptions, ServerMetrics metrics, KeyLimits keyLimits, TimeProvider time,
        [FromQuery(Name = QueryWords.Name)] string[] words,
        bool posteriors = false, string? model = null, string? fileName = null, string? format = null, bool? job = null)
    {
        var (wanted, stop) = (ReportNegotiation.FormatOf(context.Request, format), context.RequestAborted);
        if (model is not null && !pipeline.Models.Any(m => m.Name == model))
            throw new RefusedException(FaultCodes.UnknownModel, $"Expected a model out of {Routes.Models}, got one that this server did not load.");
        var grant = Grant.Of(context.User);
        var own = await queryWords.PrepareAsync(words, stop);
        var upload = await SpooledUpload.ReceiveAsync(context.Request, fileName, limits.Value.MaxUploadBytes, keyLimits.Bytes(grant), stop);
        var becomesJob = false;
        try
        {
            var request = new ScoreRequest(upload.FileName, posteriors, model) { Words = own };
            var length = job != false && (job == true || upload.Length > SmallBytes) ? await pipeline.FindDurationAsync(upload.Path, stop) : null;
            if (job ?? length > jobOptions.Value.AutomaticAbove)
            {
                var place = keyLimits.Job(grant);
                becomesJob = true;   // the upload is the job's from here on, also where it is refused
                var submitted = await SubmitAsync(jobs, upload, request, length, place);
                return TypedResults.Accepted($"{Routes.Jobs}/{submitted.Id}", submitted.Status);
            }
            using var span = ServerTraces.StartScore();
            var started = time.GetTimestamp();
            var report = await pipeline.ScoreFileAsync(upload.Path, request, stop);
            metrics.Scored(time.GetElapsedTime(started));
            return new ReportResult(report, report.Events, wanted);
        }
        finally
        {
            if (!becomesJob) await upload.DisposeAsync();
        }
    }

    // The place is the key's again when the job has ended, or is refused.
    private static async Task<Job> SubmitAsync(
        JobStore jobs, SpooledUpload upload, ScoreRequest request, TimeSpan? length, RateLimitLease place)
    {
        try
        {
            var submitted = await jobs.SubmitAsync(upload, request, length);
            _ = submitted.Completion.ContinueWith(
                _ => place.Dispose(), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            return submitted;
        }
        catch
        {
            place.Dispose();
            throw;
        }
    }
}
