using Microsoft.Extensions.Options;

namespace AVServer.Server.Storage.Clips;

internal static class ClipSetup
{
    public static IServiceCollection AddClips(this IServiceCollection services)
    {
        services.AddOptions<ClipOptions>().BindConfiguration(ClipOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<ClipOptions>, ClipBoundsValidator>()
            .AddSingleton<IValidateOptions<ClipOptions>, ClipOptionsValidator>();
        services.AddSingleton<ClipMetrics>().AddSingleton<ClipStore>();
        services.AddHostedService(provider => provider.GetRequiredService<ClipStore>());
        return services;
    }
}
