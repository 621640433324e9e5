using System.Security.Claims;
using AVServer.Contracts;
using AVServer.Server.Events;
using AVServer.Server.Observability;
using AVServer.Server.Security;

namespace AVServer.Server.Streams;

/// <summary>The open streams.</summary>
internal static class StreamsEndpoints
{
    public static IEndpointRouteBuilder MapStreams(this IEndpointRouteBuilder routes)
    {
        routes.MapGet(Routes.Streams, ListAsync)
            .RequireScope(Scope.Subscribe)
            .WithSummary("Lists the open streams.");
        routes.MapDelete(Routes.Streams + "/{streamId}", CloseAsync)
            .RequireScope(Scope.Admin)
            .WithSummary("Closes a stream after what was received is heard; answers when it is closed.")
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
        string streamId, StreamRegistry registry, ISharedEvents shared, CancellationToken cancellationToken)
    {
        if (registry.Find(streamId) is not { } stream)
            return await shared.CloseAsync(streamId, cancellationToken) ? TypedResults.NoContent()
                : Problem.Of(FaultCodes.NotFound, $"Expected the id of an open stream; see {Routes.Streams}.");
        stream.End(CloseReason.Completed);
        await stream.Completion.WaitAsync(cancellationToken);
        return TypedResults.NoContent();
    }
}
