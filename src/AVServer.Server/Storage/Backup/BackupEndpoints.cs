using System.Security.Claims;
using AVServer.Contracts;
using AVServer.Server.Configuration;
using AVServer.Server.Observability;
using AVServer.Server.Scoring;
using AVServer.Server.Security;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;

namespace AVServer.Server.Storage.Backup;

/// <summary>Gives all that the server keeps as one file, and takes it back.</summary>
internal static class BackupEndpoints
{
    private const string ContentType = "application/gzip";

    public static IEndpointRouteBuilder MapBackup(this IEndpointRouteBuilder routes)
    {
        routes.MapLazily(HttpMethods.Get, Routes.Backup, Write)
            .RequireScope(Scope.Admin)
            .WithSummary(
                "All that the server keeps as one file: words that were given as text, the history's events, clips. Needs the scope "
                + "'subscribe' too, and every stream.")
            .Produces<Stream>(contentType: ContentType);
        routes.MapLazily(HttpMethods.Post, Routes.Backup, RestoreAsync)
            .RequireScope(Scope.Admin)
            .WithMetadata(new DisableRequestSizeLimitAttribute())
            .WithSummary("Restores such a file, into a history without events; all of it or, where it isn't whole, nothing.")
            .Accepts<Stream>(ContentType)
            .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status413PayloadTooLarge)
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable);
        return routes;
    }

    private static PushStreamHttpResult Write(
        BackupWriter writer, TimeProvider time, AuditLog audit, ClaimsPrincipal user, CancellationToken cancellationToken)
    {
        var grant = Grant.Of(user);
        // It tells what was noticed on every stream, and a scope includes no other.
        foreach (var scope in (string[])[Scope.Admin, Scope.Subscribe]) Permission.Demand(grant, scope, StreamPattern.Every);
        audit.Did(grant, "made a backup of", "all that is kept");
        var name = $"avserver-{time.GetUtcNow():yyyyMMdd'T'HHmmss'Z'}.jsonl.gz";
        return TypedResults.Stream(output => writer.WriteAsync(output, cancellationToken), ContentType, name);
    }

    private static async Task<BackupSummary> RestoreAsync(
        HttpRequest request, BackupReader reader, Spool spool, KeyLimits keyLimits, IOptions<ServerLimits> limits, AuditLog audit,
        ClaimsPrincipal user, CancellationToken cancellationToken)
    {
        var grant = Grant.Of(user);
        Permission.Demand(grant, Scope.Admin, StreamPattern.Every);
        audit.Did(grant, "restores", "a backup");
        await using var upload = await SpooledUpload.ReceiveBodyAsync(
            request, spool, limits.Value.MaxUploadBytes, keyLimits.Bytes(grant), cancellationToken);
        await using var file = File.OpenRead(upload.Path);
        return await reader.RestoreAsync(file, cancellationToken);
    }
}
