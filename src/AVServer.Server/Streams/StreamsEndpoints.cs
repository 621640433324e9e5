using System.Security.Claims;
using AVServer.Contracts;
using AVServer.Server.Observability;
using AVServer.Server.Security;
using AVServer.Server.Sources;

namespace AVServer.Server.Streams;

/// <summary>The open streams.</summary>
internal static class StreamsEndpoints
{
    public static IEndpointRouteBuilder MapStreams(this IEndpointRouteBuilder routes)
    {
        routes.MapGet(Routes.Streams, (StreamRegistry registry, ClaimsPrincipal user) => List(registry, Grant.Of(user)))
            .RequireScope(Scope.Subscribe)
            .WithSummary("Lists the open streams.");
        routes.MapDelete(Routes.Stream, CloseAsync)
            .RequireScope(Scope.Admin)
            .WithSummary("Closes a stream after what was received is heard, and pulls it no more; answers when it is closed.")
            .Produces(StatusCodes.Status204NoContent).ProducesProblem(StatusCodes.Status404NotFound);
        return routes;
    }

    private static StreamSummary[] List(StreamRegistry registry, Grant grant) =>
        [.. registry.Streams.Where(stream => grant.HasStream(stream.Id)).Select(Summary)];

    private static StreamSummary Summary(LiveStream stream) => new(stream.Id, stream.Transport, stream.OpenedAt, stream.MediaTime);

    private static async Task<IResult> CloseAsync(
        string streamId, StreamRegistry registry, SourceRegistry sources, AuditLog audit, ClaimsPrincipal user,
        CancellationToken cancellationToken)
    {
        if (await sources.RemoveAsync(streamId, cancellationToken))
        {
            audit.Did(Grant.Of(user), "ended the source of the stream", streamId);
            return TypedResults.NoContent();
        }
        if (registry.Find(streamId) is not { } stream)
            return Problem.Of(FaultCodes.NotFound, $"Expected the id of an open stream; see {Routes.Streams}.");
        audit.Did(Grant.Of(user), "closed the stream", streamId);
        stream.End(CloseReason.Completed);
        await stream.Completion.WaitAsync(cancellationToken);
        return TypedResults.NoContent();
    }
}
