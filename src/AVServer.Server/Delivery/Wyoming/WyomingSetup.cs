using Microsoft.Extensions.Options;

namespace AVServer.Server.Delivery.Wyoming;

internal static class WyomingSetup
{
    public static IServiceCollection AddWyoming(this IServiceCollection services)
    {
        services.AddOptions<WyomingOptions>().BindConfiguration(WyomingOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<WyomingOptions>, WyomingOptionsValidator>();
        services.AddSingleton<WyomingServer>();
        services.AddHostedService(provider => provider.GetRequiredService<WyomingServer>());
        return services;
    }
}
