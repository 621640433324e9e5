using AVServer.Contracts;
using AVServer.Server.Observability;
using Microsoft.AspNetCore.Authorization;

namespace AVServer.Server.Security;

/// <summary>What a route needs of its caller.</summary>
/// <param name="Scope">Out of <see cref="Security.Scope.All"/>.</param>
/// <param name="NamesStream">Whether a caller who may not name every stream must name one, because the route tells of all
/// otherwise.</param>
internal sealed record Permission(string Scope, bool NamesStream) : IAuthorizationRequirement
{
    private const string StreamName = "streamId";

    /// <summary>Why the caller of a matched route may not use it; null where they may.</summary>
    public static string? RefusalOf(HttpContext context) =>
        context.GetEndpoint()?.Metadata.GetMetadata<Permission>()?.RefusalOf(Grant.Of(context.User), StreamsOf(context.Request));

    /// <summary>Why somebody may not do this to a stream.</summary>
    /// <exception cref="RefusedException">They may not.</exception>
    public static void Demand(Grant grant, string scope, string? streamId) =>
        new Permission(scope, NamesStream: true).Demand(grant, streamId is null ? [] : [streamId]);

    /// <summary>As <see cref="Demand(Grant, string, string?)"/>, of no stream.</summary>
    /// <exception cref="RefusedException">They may not.</exception>
    public static void Demand(Grant grant, string scope) => new Permission(scope, NamesStream: false).Demand(grant, []);

    private void Demand(Grant grant, string[] streams)
    {
        if (RefusalOf(grant, streams) is { } refusal) throw new RefusedException(FaultCodes.Forbidden, refusal);
    }

    private string? RefusalOf(Grant grant, string[] streams)
    {
        if (!grant.HasScope(Scope)) return $"Expected a key or token with the scope '{Scope}', got one with {ListOf(grant.Scopes)}.";
        if (streams.FirstOrDefault(stream => !grant.HasStream(stream)) is { } other)
            return $"Expected a stream out of {ListOf(grant.Streams)}, for which this key or token is, got '{other}'.";
        return NamesStream && streams.Length == 0 && !grant.HasEveryStream
            ? $"Expected a {StreamName}, since this key or token is for certain streams only, got none; name one out of "
                + $"{ListOf(grant.Streams)}."
            : null;
    }

    private static string[] StreamsOf(HttpRequest request) => request.RouteValues.TryGetValue(StreamName, out var value)
        ? [value as string ?? ""]
        : [.. request.Query[StreamName].Select(stream => stream ?? "")];

    private static string ListOf(IReadOnlyCollection<string> names) => names.Count == 0 ? "none" : string.Join(", ", names);
}

/// <summary>Holds each route to its <see cref="Permission"/>.</summary>
internal sealed class PermissionHandler : AuthorizationHandler<Permission>
{
    protected override Task HandleRequirementAsync(AuthorizationHandlerContext context, Permission requirement)
    {
        if (context.Resource is HttpContext http && Permission.RefusalOf(http) is null) context.Succeed(requirement);
        return Task.CompletedTask;
    }
}
