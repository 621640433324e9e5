using AVServer.Server.Events;
using AVServer.Server.Keywords;
using AVServer.Server.Scoring;
using AVServer.Server.Sources;
using Microsoft.Extensions.Options;

namespace AVServer.Server.Cluster;

internal static class ClusterSetup
{
    /// <summary>Makes the server one node of several where a Redis is named, and one by itself where none is.</summary>
    public static IServiceCollection AddCluster(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<ClusterOptions>().BindConfiguration(ClusterOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<ClusterOptions>, ClusterBoundsValidator>()
            .AddSingleton<IValidateOptions<ClusterOptions>, ClusterOptionsValidator>();
        services.AddSingleton<ClusterMetrics>();
        if (!ClusterOptions.IsOnIn(configuration))
            return services.AddSingleton<ISharedEvents, SingleNode>().AddSingleton<ISharedKeywords, OwnKeywords>();
        services.AddSingleton<RedisConnection>().AddSingleton<RedisEvents>();
        services.AddSingleton<ISharedEvents>(provider => provider.GetRequiredService<RedisEvents>());
        services.AddHostedService<ClusterNode>().AddHostedService<ClusterKeyUsage>();
        services.AddSingleton<ClusterKeywords>();
        services.AddSingleton<ISharedKeywords>(provider => provider.GetRequiredService<ClusterKeywords>());
        services.AddHostedService(provider => provider.GetRequiredService<ClusterKeywords>());
        return services;
    }

    /// <summary>Adds the sources of all nodes.</summary>
    public static IServiceCollection AddClusterSources(this IServiceCollection services)
    {
        services.AddSingleton<ClusterSources>();
        services.AddSingleton<ISharedSources>(provider => provider.GetRequiredService<ClusterSources>());
        return services.AddHostedService(provider => provider.GetRequiredService<ClusterSources>());
    }

    /// <summary>Adds the jobs of all nodes.</summary>
    public static IServiceCollection AddClusterJobs(this IServiceCollection services)
    {
        services.AddSingleton<JobFolder>().AddSingleton<ClusterJobs>();
        services.AddSingleton<IJobStore>(provider => provider.GetRequiredService<ClusterJobs>());
        services.AddHostedService(provider => provider.GetRequiredService<ClusterJobs>());
        return services.AddHostedService<ClusterJobWorker>();
    }
}
