using AVServer.Contracts;
using AVServer.Server.Problems;

namespace AVServer.Server.Security;

/// <summary>What every request passes before anything else looks at it, the page's own files too.</summary>
internal static class Doorway
{
    /// <summary>Refuses requests for other hosts, and pages of other origins.</summary>
    public static IApplicationBuilder UseDoorway(this IApplicationBuilder app)
    {
        var hosts = app.ApplicationServices.GetRequiredService<HostPolicy>();
        var origins = app.ApplicationServices.GetRequiredService<OriginPolicy>();
        return app.Use((context, next) => !hosts.Allows(context.Request.Host) ? Problem.Of(
                FaultCodes.ForbiddenHost,
                "Expected a Host that is an address, localhost, this machine's name or one of Security:Hosts, got another; name it there "
                + "if it leads here.")
                .ExecuteAsync(context)
            : !origins.Allows(context) ? Problem.Of(
                FaultCodes.ForbiddenOrigin, "Expected a page of this server or of an origin under Security:AllowedOrigins, got "
                    + "another.").ExecuteAsync(context)
            : next(context));
    }
}
