using AVServer.Server.Configuration;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

namespace AVServer.Server.Access;

internal static class AccessSetup
{
    public static IServiceCollection AddAccess(this IServiceCollection services)
    {
        services.AddOptions<AccessOptions>().BindConfiguration(AccessOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<AccessOptions>, AccessOptionsValidator>();
        services.AddSingleton<OriginPolicy>();
        services.AddCors().AddAuthorization();
        // Not AddAuthentication: that one brings data protection along, which writes keys of its own into the user's folder.
        services.AddAuthenticationCore(options => options.DefaultScheme = ApiKeyHandler.SchemeName).AddWebEncoders();
        new AuthenticationBuilder(services).AddScheme<ApiKeyOptions, ApiKeyHandler>(ApiKeyHandler.SchemeName, null);
        services.AddOptions<ApiKeyOptions>(ApiKeyHandler.SchemeName).Configure<IOptions<AccessOptions>>(
            (options, access) => options.Digest = access.Value.ApiKey is { Length: > 0 } key ? ApiKeyOptions.DigestOf(key) : null);
        return services;
    }

    /// <summary>Lets only requests through that bring the key, if there is one, and come from no foreign page.</summary>
    public static RouteGroupBuilder RequireAccess(this RouteGroupBuilder routes)
    {
        var origins = ((IEndpointRouteBuilder)routes).ServiceProvider.GetRequiredService<OriginPolicy>();
        return routes.RequireAuthorization(policy => policy
            .RequireAuthenticatedUser()
            .RequireAssertion(context => context.Resource is HttpContext { Request: var request } && origins.Allows(request)));
    }
}
