using System.Text.Encodings.Web;
using AVServer.Contracts;
using AVServer.Server.Observability;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

namespace AVServer.Server.Security;

/// <summary>Authenticates a request by its key, and answers 401 or 403 to one that is not let in, whatever it brought.</summary>
internal sealed class ApiKeyHandler(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory loggers, UrlEncoder encoder,
    KeyRing keys)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, loggers, encoder)
{
    public const string SchemeName = "ApiKey";

    protected override Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        // A browser asks by OPTIONS before it sends the key along.
        var grant = !keys.IsGuarded || HttpMethods.IsOptions(Request.Method) ? Grant.Anyone
            : Credential.Of(Context) is { } key ? keys.Find(key) : null;
        return Task.FromResult(grant is null
            ? AuthenticateResult.NoResult()
            : AuthenticateResult.Success(new AuthenticationTicket(grant.ToPrincipal(SchemeName), SchemeName)));
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties) => Problem.Of(
            FaultCodes.Unauthorized, $"Expected a key or token in the header {Credential.Header}, as Bearer or as the query's "
                + $"{Credential.QueryName}, got none or one that is not taken.")
        .ExecuteAsync(Context);

    protected override Task HandleForbiddenAsync(AuthenticationProperties properties) =>
        Problem.Of(FaultCodes.Forbidden, Permission.RefusalOf(Context)
            ?? "Expected another key, got one that does not open this.").ExecuteAsync(Context);
}
