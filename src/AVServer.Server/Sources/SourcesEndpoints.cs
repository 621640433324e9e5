using System.Security.Claims;
using System.Text.Json;
using AVServer.Contracts;
using AVServer.Server.Observability;
using AVServer.Server.Security;
using AVServer.Server.Streams;
using Microsoft.AspNetCore.Mvc;

namespace AVServer.Server.Sources;

/// <summary>Live media that the server pulls: a source is posted as a stream, looked at, and ended.</summary>
internal static class SourcesEndpoints
{
    private const string BySource = Routes.Sources + "/{streamId}";
    private const int MaxBodyBytes = 16 << 10;
    private const string Example = """{"streamId":"door","url":"rtsp://camera.example/live"}""";

    public static IEndpointRouteBuilder MapSources(this IEndpointRouteBuilder routes)
    {
        routes.MapLazily(HttpMethods.Post, Routes.Streams, AddAsync)
            .RequireScope(Scope.Publish)
            .WithSummary(
                "Pulls live media (http, https, rtsp, rtsps, rtmp, rtmps) and runs it as a stream. The answer comes with the first media: "
                + "201; where the first try brings none, a problem, and nothing is kept. With ?wait=false at once: 202, and it is tried "
                + "again and again.")
            .WithMetadata(new RequestSizeLimitAttribute(MaxBodyBytes))
            .Accepts<SourceRequest>("application/json")
            .Produces<StreamDetails>(StatusCodes.Status201Created).Produces<StreamDetails>(StatusCodes.Status202Accepted)
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status409Conflict)
            .ProducesProblem(StatusCodes.Status413PayloadTooLarge)
            .ProducesProblem(StatusCodes.Status415UnsupportedMediaType)
            .ProducesProblem(StatusCodes.Status422UnprocessableEntity)
            .ProducesProblem(StatusCodes.Status502BadGateway)
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable);
        routes.MapLazily(HttpMethods.Get, Routes.Stream, FindAsync)
            .RequireScope(Scope.Subscribe)
            .WithSummary("A stream that is open, or is to be by its source: how its media comes, and how it goes with the source.")
            .Produces<StreamDetails>().ProducesProblem(StatusCodes.Status404NotFound);
        routes.MapLazily(
                HttpMethods.Get, Routes.Sources, (ISharedSources sources, ClaimsPrincipal user) => ListAsync(sources, Grant.Of(user)))
            .RequireScope(Scope.Subscribe)
            .WithSummary("Lists the sources that media is pulled from, those that wait and those that were given up among them.");
        routes.MapLazily(HttpMethods.Delete, BySource, RemoveAsync)
            .RequireScope(Scope.Publish)
            .WithSummary("Pulls no more, and closes the stream after what was received is heard; answers when it is closed.")
            .Produces(StatusCodes.Status204NoContent).ProducesProblem(StatusCodes.Status404NotFound);
        return routes;
    }

    private static async Task<IResult> AddAsync(
        HttpContext context, ISharedSources sources, StreamRegistry streams, AuditLog audit, CancellationToken cancellationToken,
        bool wait = true)
    {
        var request = await ReadAsync(context.Request, cancellationToken);
        var grant = Grant.Of(context.User);
        Permission.Demand(grant, Scope.Publish, request.StreamId);
        var source = await sources.AddAsync(request, grant, cancellationToken);
        audit.Did(grant, "has a source pulled as the stream", source.StreamId);
        var place = Routes.Stream.Replace("{streamId}", source.StreamId, StringComparison.Ordinal);
        if (!wait) return TypedResults.Accepted(place, DetailsOf(source, streams));
        SourceFault? fault;
        try
        {
            fault = await source.FirstTry.WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            await sources.RemoveAsync(source);
            if (cancellationToken.IsCancellationRequested) throw;
            fault = new SourceFault(FaultCodes.NotFound, "The source was ended before any media came.");
        }
        if (fault is null && await sources.FindAsync(source.StreamId) is not null)
            return TypedResults.Created(place, DetailsOf(source, streams));
        await sources.RemoveAsync(source);
        throw new RefusedException(fault?.Code ?? FaultCodes.NotFound, fault?.Message ?? "The source was ended as soon as it had begun.");
    }

    private static async Task<IResult> FindAsync(string streamId, ISharedSources sources, StreamRegistry streams)
    {
        var stream = streams.Find(streamId);
        // Of a stream that somebody sends here the others need not be asked.
        var source = stream is null || stream.Transport == PulledSource.Transport ? await sources.FindAsync(streamId) : null;
        return stream is null && source is null
            ? Problem.Of(
                FaultCodes.NotFound, $"Expected the id of an open stream or of a source; see {Routes.Streams} and {Routes.Sources}.")
            : TypedResults.Ok(DetailsOf(streamId, stream, source));
    }

    private static async Task<SourceStatus[]> ListAsync(ISharedSources sources, Grant grant) =>
        [.. (await sources.AllAsync()).Where(source => grant.HasStream(source.StreamId))];

    private static async Task<IResult> RemoveAsync(
        string streamId, ISharedSources sources, AuditLog audit, ClaimsPrincipal user, CancellationToken cancellationToken)
    {
        if (!await sources.RemoveAsync(streamId, cancellationToken))
            return Problem.Of(FaultCodes.NotFound, $"Expected the stream id of a source; see {Routes.Sources}.");
        audit.Did(Grant.Of(user), "ended the source of the stream", streamId);
        return TypedResults.NoContent();
    }

    private static StreamDetails DetailsOf(PulledSource source, StreamRegistry streams) =>
        DetailsOf(source.StreamId, streams.Find(source.StreamId), source.Status);

    private static StreamDetails DetailsOf(string streamId, LiveStream? stream, SourceStatus? source) =>
        new(streamId, stream?.Transport, stream?.OpenedAt, stream?.MediaTime, source);

    private static async Task<SourceRequest> ReadAsync(HttpRequest body, CancellationToken cancellationToken)
    {
        if (!body.HasJsonContentType())
            throw new RefusedException(FaultCodes.UnsupportedMedia, $"Expected JSON like {Example}, got another content type.");
        try
        {
            var request = await body.ReadFromJsonAsync<SourceRequest>(ContractsJson.Options, cancellationToken);
            return request is { StreamId: not null, Url: not null } ? request : throw NotOne();
        }
        catch (JsonException)
        {
            throw NotOne();
        }

        static RefusedException NotOne() => new(FaultCodes.BadRequest, $"Expected JSON like {Example}, got something else.");
    }
}
