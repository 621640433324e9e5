using Microsoft.Extensions.Options;

namespace AVServer.Server.Scoring;

internal static class JobSetup
{
    public static IServiceCollection AddJobs(this IServiceCollection services)
    {
        services.AddOptions<JobOptions>().BindConfiguration(JobOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<JobOptions>, JobOptionsValidator>();
        services.AddSingleton<Spool>().AddSingleton<JobStore>();
        services.AddHostedService(provider => provider.GetRequiredService<JobStore>());
        return services;
    }
}
