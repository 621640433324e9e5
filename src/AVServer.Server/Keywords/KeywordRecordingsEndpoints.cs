using System.Security.Claims;
using AVServer.Contracts;
using AVServer.Pipeline;
using AVServer.Server.Ingest;
using AVServer.Server.Observability;
using AVServer.Server.Scoring;
using AVServer.Server.Security;
using Microsoft.AspNetCore.Mvc;

namespace AVServer.Server.Keywords;

/// <summary>
/// Recordings of a wake word, from which the server learns how it sounds. What they were heard as is kept with the word; they are gone
/// when the answer is.
/// </summary>
internal static class KeywordRecordingsEndpoints
{
    private const int MostRecordings = KeywordEnrolment.MostRecordings;

    // Ten seconds of stereo floats at 48 kHz.
    private const long MaxRecordingBytes = 4 << 20;

    public static IEndpointRouteBuilder MapKeywordRecordings(this IEndpointRouteBuilder routes)
    {
        routes.MapLazily(HttpMethods.Post, Routes.KeywordRecordings, EnrolAsync)
            .RequireScope(Scope.Admin)
            .WithSummary(
                "Learns from three to ten recordings, files of a form, how a wake word sounds. The answer says of each what it would be "
                + "found by, with the others and without; a recording in which the word isn't heard is refused, and nothing is changed.")
            .WithMetadata(new RequestSizeLimitAttribute((MostRecordings * MaxRecordingBytes) + (64 << 10)))
            .Produces<KeywordDetails>()
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status413PayloadTooLarge)
            .ProducesProblem(StatusCodes.Status415UnsupportedMediaType)
            .ProducesProblem(StatusCodes.Status422UnprocessableEntity)
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable)
            .ProducesProblem(StatusCodes.Status507InsufficientStorage)
            .AddOpenApiOperationTransformer(MediaBodies.DescribeRecordings);
        routes.MapLazily(HttpMethods.Delete, Routes.KeywordRecordings, ForgetAsync)
            .RequireScope(Scope.Admin)
            .WithSummary("Forgets what was learnt from recordings of a wake word; its text alone counts again.")
            .Produces(StatusCodes.Status204NoContent)
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable);
        return routes;
    }

    private static async Task<IResult> EnrolAsync(
        string name, HttpContext context, IStreamPipeline pipeline, IKeywordRegistry keywords, ISharedKeywords shared, Spool spool,
        ScoreLimiter turns, KeyLimits keyLimits, AuditLog audit)
    {
        var (word, grant, stop) = (KeywordsEndpoints.Unescaped(name), Grant.Of(context.User), context.RequestAborted);
        if (keywords.Find(word) is not { } details) return KeywordsEndpoints.Unknown();
        KeywordsEndpoints.DemandStreams(grant, details.Request);
        IReadOnlyList<SpooledUpload> uploads;
        using (turns.Upload())
            uploads = await SpooledUpload.ReceiveManyAsync(
                context.Request, spool, MostRecordings, MaxRecordingBytes, keyLimits.Bytes(grant), stop);
        try
        {
            using var turn = await turns.WorkAsync(stop);
            KeywordRecording[] recordings = [.. uploads.Select(upload => new KeywordRecording(upload.FileName, upload.Path))];
            var enrolled = await shared.ChangeAsync(word, () => keywords.EnrolAsync(word, recordings, stop));
            if (enrolled is null) return KeywordsEndpoints.Unknown();
            audit.Did(grant, "gave recordings of the word", word);
            return TypedResults.Ok(enrolled);
        }
        catch (KeywordException exception)
        {
            throw KeywordRefusal.Of(exception, pipeline);
        }
        finally
        {
            foreach (var upload in uploads) await upload.DisposeAsync();
        }
    }

    private static async Task<IResult> ForgetAsync(
        string name, IKeywordRegistry keywords, ISharedKeywords shared, AuditLog audit, ClaimsPrincipal user,
        CancellationToken cancellationToken)
    {
        var word = KeywordsEndpoints.Unescaped(name);
        if (keywords.Find(word) is { } details) KeywordsEndpoints.DemandStreams(Grant.Of(user), details.Request);
        var isForgotten = await shared.ChangeAsync(word, () => keywords.ForgetRecordingsAsync(word, cancellationToken));
        if (!isForgotten) return KeywordsEndpoints.Unknown();
        audit.Did(Grant.Of(user), "deleted what was learnt from recordings of the word", word);
        return TypedResults.NoContent();
    }
}
