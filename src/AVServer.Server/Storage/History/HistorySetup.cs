using AVServer.Server.Events;
using Microsoft.Extensions.Options;

namespace AVServer.Server.Storage.History;

internal static class HistorySetup
{
    public static IServiceCollection AddHistory(this IServiceCollection services)
    {
        services.AddOptions<HistoryOptions>().BindConfiguration(HistoryOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<HistoryOptions>, HistoryBoundsValidator>()
            .AddSingleton<IValidateOptions<HistoryOptions>, HistoryOptionsValidator>();
        services.AddSingleton<HistoryMetrics>().AddSingleton<HistoryRecorder>().AddSingleton<HistoryReplay>();
        services.AddSingleton<IEventSink>(provider => provider.GetRequiredService<HistoryRecorder>());
        services.AddHostedService(provider => provider.GetRequiredService<HistoryRecorder>());
        return services;
    }
}
