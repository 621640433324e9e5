using AVServer.Media;
using AVServer.Media.Pull;
using AVServer.Server.Cluster;
using Microsoft.Extensions.Options;

namespace AVServer.Server.Sources;

internal static class SourcesSetup
{
    public static IServiceCollection AddSources(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<PullOptions>().BindConfiguration(PullOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<PullOptions>, PullOptionsValidator>();
        services.AddOptions<SourcesOptions>()
            .Configure<IConfiguration>((options, configuration) => configuration.GetSection(SourcesOptions.Section).Bind(options.Sources))
            .ValidateOnStart();
        services.AddSingleton<IValidateOptions<SourcesOptions>, SourcesOptionsValidator>();
        services.AddSingleton(provider => new LivePull(provider.GetRequiredService<IOptions<MediaOptions>>().Value));
        services.AddSingleton<SourceMetrics>().AddSingleton<SourceRegistry>();
        services.AddHostedService(provider => provider.GetRequiredService<SourceRegistry>());
        // What begins later stops sooner: first nothing new is taken over, then the registry ends what runs.
        if (ClusterOptions.IsOnIn(configuration)) services.AddClusterSources();
        else services.AddSingleton<ISharedSources>(provider => provider.GetRequiredService<SourceRegistry>());
        services.AddHostedService<ConfiguredSources>();
        return services;
    }
}
