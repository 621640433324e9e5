using System.Security.Claims;
using AVServer.Contracts;
using AVServer.Server.Observability;
using AVServer.Server.Security;
using AVServer.Server.Streams;

namespace AVServer.Server.Storage.Clips;

/// <summary>The clips that are kept, and the sound of each; they are deleted with their stream's history.</summary>
internal static class ClipsEndpoints
{
    public static IEndpointRouteBuilder MapClips(this IEndpointRouteBuilder routes)
    {
        routes.MapLazily(HttpMethods.Get, Routes.Clips, List)
            .RequireScope(Scope.Subscribe)
            .WithSummary("Lists the clips that are kept, of one stream or of all, oldest first.")
            .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound);
        routes.MapLazily(HttpMethods.Get, Routes.Clips + "/{streamId}/{name}", Get)
            .RequireScope(Scope.Subscribe)
            .WithSummary("One clip as a WAV file.")
            .Produces<Stream>(contentType: "audio/wav")
            .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound);
        return routes;
    }

    private static IReadOnlyList<ClipSummary> List(ClipStore store, ClaimsPrincipal user, string? streamId = null)
    {
        var folder = Folder(store);
        if (streamId is not null) StreamIds.Check(streamId);
        var (clips, grant) = (folder.List(streamId), Grant.Of(user));
        return grant.HasEveryStream ? clips : [.. clips.Where(clip => grant.HasStream(clip.StreamId))];
    }

    private static IResult Get(string streamId, string name, ClipStore store)
    {
        var folder = Folder(store);
        StreamIds.Check(streamId);
        return folder.Find(streamId, name) is { } file
            ? TypedResults.PhysicalFile(file, "audio/wav", enableRangeProcessing: true)
            : Problem.Of(FaultCodes.NotFound, $"Expected a clip out of {Routes.Clips}, got another; its time may be over.");
    }

    private static ClipFolder Folder(ClipStore store) =>
        store.Folder
            ?? throw new RefusedException(
                FaultCodes.NotFound, "Expected a server that keeps clips, but this one keeps none; set History:Clips:Path.");
}
