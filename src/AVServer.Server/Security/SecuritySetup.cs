using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.Options;

namespace AVServer.Server.Security;

internal static class SecuritySetup
{
    public static IServiceCollection AddSecurity(this IServiceCollection services)
    {
        services.AddOptions<SecurityOptions>().BindConfiguration(SecurityOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<SecurityOptions>, SecurityOptionsValidator>();
        services.AddSingleton<HostPolicy>().AddSingleton<OriginPolicy>().AddSingleton<KeyRing>()
            .AddSingleton<UsageOfOthers>().AddSingleton<KeyLimits>();
        services.AddCors().AddAuthorization();
        services.AddSingleton<IAuthorizationHandler, PermissionHandler>();
        // Not AddAuthentication: that one brings data protection along, which writes keys of its own into the user's folder.
        services.AddAuthenticationCore().AddWebEncoders();
        var authentication = new AuthenticationBuilder(services);
        var chooses = authentication.AddScheme<AuthenticationSchemeOptions, ApiKeyHandler>(ApiKeyHandler.SchemeName, null).AddTokens();
        // Whatever was brought, refusals are told in the same words.
        services.Configure<AuthenticationOptions>(options => (options.DefaultAuthenticateScheme, options.DefaultScheme) =
            (chooses, ApiKeyHandler.SchemeName));
        return services;
    }

    /// <summary>Lets only callers use a route who have a scope and may name the stream that its address names.</summary>
    /// <param name="route">The route.</param>
    /// <param name="scope">Out of <see cref="Scope.All"/>.</param>
    /// <param name="namesStream">See <see cref="Permission.NamesStream"/>.</param>
    public static TBuilder RequireScope<TBuilder>(this TBuilder route, string scope, bool namesStream = false)
        where TBuilder : IEndpointConventionBuilder
    {
        var permission = new Permission(scope, namesStream);
        return route.RequireAuthorization(policy => policy.RequireAuthenticatedUser().AddRequirements(permission)).WithMetadata(permission);
    }
}
