using AVServer.Server.Cluster;
using Microsoft.Extensions.Options;

namespace AVServer.Server.Scoring;

internal static class JobSetup
{
    /// <summary>Adds the jobs of all nodes where these have a folder in common, else the process's own.</summary>
    public static IServiceCollection AddJobs(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<JobOptions>().BindConfiguration(JobOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<JobOptions>, JobOptionsValidator>();
        services.AddSingleton<Spool>();
        if (ClusterOptions.SharesJobs(configuration)) return services.AddClusterJobs();
        services.AddSingleton<JobStore>().AddSingleton<IJobStore>(provider => provider.GetRequiredService<JobStore>());
        return services.AddHostedService(provider => provider.GetRequiredService<JobStore>());
    }
}
