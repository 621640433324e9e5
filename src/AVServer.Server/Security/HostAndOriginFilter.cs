using AVServer.Contracts;
using AVServer.Server.Observability;

namespace AVServer.Server.Security;

/// <summary>What every request passes before anything else looks at it, the page's own files too.</summary>
internal static class HostAndOriginFilter
{
    private const string OtherHost =
        "Expected a Host that is an address, localhost, this machine's name or one of Security:Hosts, got another; name it there if it "
        + "leads here.";

    private const string OtherOrigin = "Expected a page of this server or of an origin under Security:AllowedOrigins, got another.";

    /// <summary>Refuses requests for other hosts, and pages of other origins.</summary>
    public static IApplicationBuilder UseHostAndOriginFilter(this IApplicationBuilder app)
    {
        var hosts = app.ApplicationServices.GetRequiredService<HostPolicy>();
        var origins = app.ApplicationServices.GetRequiredService<OriginPolicy>();
        return app.Use((context, next) =>
        {
            if (!hosts.Allows(context.Request.Host)) return Problem.Of(FaultCodes.ForbiddenHost, OtherHost).ExecuteAsync(context);
            return origins.Allows(context) ? next(context) : Problem.Of(FaultCodes.ForbiddenOrigin, OtherOrigin).ExecuteAsync(context);
        });
    }
}
