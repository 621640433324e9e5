using System.Security.Claims;
using AVServer.Contracts;
using AVServer.Server.Events;
using AVServer.Server.Observability;
using AVServer.Server.Security;
using AVServer.Server.Sources;

namespace AVServer.Server.Streams;

/// <summary>The open streams.</summary>
internal static class StreamsEndpoints
{
    public static IEndpointRouteBuilder MapStreams(this IEndpointRouteBuilder routes)
    {
        routes.MapLazily(HttpMethods.Get, Routes.Streams, ListAsync)
            .RequireScope(Scope.Subscribe)
            .WithSummary("Lists the open streams.");
        routes.MapLazily(HttpMethods.Delete, Routes.Stream, CloseAsync)
            .RequireScope(Scope.Admin)
            .WithSummary("Closes a stream after what was received is heard, and pulls it no more; answers when it is closed.")
            .Produces(StatusCodes.Status204NoContent).ProducesProblem(StatusCodes.Status404NotFound);
        return routes;
    }

    private static async Task<StreamSummary[]> ListAsync(StreamRegistry registry, ISharedEvents shared, ClaimsPrincipal user)
    {
        var grant = Grant.Of(user);
        var others = await shared.StreamsOfOthersAsync();
        return
        [
            .. registry.Streams.Select(stream => stream.Summary(shared.NodeName)).Concat(others)
                .Where(stream => grant.HasStream(stream.StreamId)).OrderBy(stream => stream.OpenedAt),
        ];
    }

    private static async Task<IResult> CloseAsync(
        string streamId, StreamRegistry registry, ISharedSources sources, ISharedEvents shared, AuditLog audit, ClaimsPrincipal user,
        CancellationToken cancellationToken)
    {
        if (await sources.RemoveAsync(streamId, cancellationToken))
        {
            audit.Did(Grant.Of(user), "ended the source of the stream", streamId);
            return TypedResults.NoContent();
        }
        if (registry.Find(streamId) is not { } stream)
        {
            if (!await shared.CloseAsync(streamId, cancellationToken))
                return Problem.Of(FaultCodes.NotFound, $"Expected the id of an open stream; see {Routes.Streams}.");
            audit.Did(Grant.Of(user), "closed the stream", streamId);
            return TypedResults.NoContent();
        }
        audit.Did(Grant.Of(user), "closed the stream", streamId);
        stream.End(CloseReason.Completed);
        await stream.Completion.WaitAsync(cancellationToken);
        return TypedResults.NoContent();
    }
}
