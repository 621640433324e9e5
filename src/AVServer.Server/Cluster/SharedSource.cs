using AVServer.Contracts;
using AVServer.Server.Security;

namespace AVServer.Server.Cluster;

/// <summary>A source as Redis keeps it: what is pulled, and on whose account.</summary>
/// <param name="Request">What, with user and password where its address has them.</param>
/// <param name="Name">Name of the key, or subject of the token, that asked for it.</param>
/// <param name="Key">Name of the key by which that was given.</param>
internal sealed record SharedSource(SourceRequest Request, string Name, string? Key)
{
    public static SharedSource Of(SourceRequest request, Grant grant) => new(request, grant.Name, grant.Key);

    /// <summary>Who asked, with what a source needs of it.</summary>
    public Grant ToGrant() => new(Name, [Scope.Publish], [Request.StreamId], Key);
}
