using AVServer.Contracts;
using AVServer.Pipeline;
using AVServer.Server.Configuration;
using AVServer.Server.Ingest;
using AVServer.Server.Keywords;
using AVServer.Server.Observability;
using AVServer.Server.Security;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;

namespace AVServer.Server.Scoring;

/// <summary>
/// Scores one uploaded file by the code that serves live streams: while its sender waits, and the file is gone when the answer is; or as a
/// job.
/// </summary>
internal static class ScoreEndpoint
{
    // Smaller files are not even asked how long they are: that costs more than scoring most of them.
    private const long SmallBytes = 1 << 20;

    /// <summary>What the query may hold.</summary>
    public static readonly IReadOnlySet<string> Parameters = new HashSet<string>(
        ["posteriors", "model", "word", "fileName", "format", "job", "video"], StringComparer.OrdinalIgnoreCase);

    public static IEndpointRouteBuilder MapScore(this IEndpointRouteBuilder routes)
    {
        routes.MapLazily(HttpMethods.Post, Routes.Score, ScoreAsync)
            .RequireScope(Scope.Score)
            .WithSummary(
                "Scores a media file of any container: the one file of a form, or the raw body. The answer is JSON, CSV, "
                + "WebVTT or a page, by ?format=json|csv|vtt|html or Accept; for a long file, or with ?job=true, it is 202 with the job's "
                + "address. "
                + "?word=, again and again, looks for further words; ?video=false only hears, whatever the pictures show.")
            // Kestrel's own counts the multipart envelope too; the spool counts the file.
            .WithMetadata(new DisableRequestSizeLimitAttribute())
            .Produces<ScoreReport>(StatusCodes.Status200OK, "application/json", "text/csv", "text/vtt", "text/html")
            .Produces<JobStatus>(StatusCodes.Status202Accepted)
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status413PayloadTooLarge)
            .ProducesProblem(StatusCodes.Status415UnsupportedMediaType)
            .ProducesProblem(StatusCodes.Status422UnprocessableEntity)
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable)
            .ProducesProblem(StatusCodes.Status507InsufficientStorage)
            .AddOpenApiOperationTransformer(MediaBodies.DescribeFile);
        return routes;
    }

    private static async Task<IResult> ScoreAsync(
        HttpContext context, IStreamPipeline pipeline, QueryWords queryWords, IJobStore jobs, Spool spool, ScoreLimiter limiter,
        IOptions<ServerLimits> limits, IOptions<JobOptions> jobOptions, ServerMetrics metrics, KeyLimits keyLimits, TimeProvider time,
        [FromQuery(Name = QueryWords.Name)] string[] words,
        bool posteriors = false, string? model = null, bool video = true, string? fileName = null, string? format = null, bool? job = null)
    {
        CheckQuery(context.Request.Query);
        var (wanted, stop) = (ReportNegotiation.FormatOf(context.Request, format), context.RequestAborted);
        if (model is not null && !pipeline.Models.Any(m => m.Name == model))
            throw new RefusedException(
                FaultCodes.UnknownModel, $"Expected a model out of {Routes.Models}, got one that this server did not load.");
        var grant = Grant.Of(context.User);
        var own = await queryWords.PrepareAsync(words, stop);
        SpooledUpload upload;
        using (limiter.Upload())
            upload = await SpooledUpload.ReceiveAsync(
                context.Request, spool, fileName, limits.Value.MaxUploadBytes, keyLimits.Bytes(grant), stop);
        var becomesJob = false;
        try
        {
            var request = new ScoreRequest(upload.FileName, posteriors, model) { Words = own, Video = video };
            var length = job != false && (job == true || upload.Length > SmallBytes) ? await pipeline.FindDurationAsync(upload.Path, stop)
                : null;
            if (job ?? length > jobOptions.Value.AutomaticAbove)
            {
                var place = keyLimits.Job(grant);
                becomesJob = true;   // upload and place are the job's from here on, also where it is refused
                var submitted = await jobs.SubmitAsync(upload, request, length, place);
                return TypedResults.Accepted($"{Routes.Jobs}/{submitted.Id}", submitted);
            }
            using var turn = await limiter.WorkAsync(stop);
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

    // What is misspelt would be left out without a word otherwise.
    private static void CheckQuery(IQueryCollection query)
    {
        if (query.Keys.FirstOrDefault(name => !Parameters.Contains(name)) is { } unknown)
            throw new RefusedException(
                FaultCodes.BadRequest, $"Expected parameters out of {string.Join(", ", Parameters)}, got another ('{Shown(unknown)}').");
    }

    private static string Shown(string name) => name.Length <= 32 ? name : name[..32] + "…";
}
