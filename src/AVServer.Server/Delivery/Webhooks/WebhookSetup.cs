using AVServer.Server.Events;
using Microsoft.Extensions.Options;

namespace AVServer.Server.Delivery.Webhooks;

internal static class WebhookSetup
{
    public static IServiceCollection AddWebhooks(this IServiceCollection services)
    {
        services.AddOptions<WebhooksOptions>()
            .Configure<IConfiguration>((options, configuration) => configuration.GetSection(WebhooksOptions.Section).Bind(options.Hooks))
            .ValidateOnStart();
        services.AddSingleton<IValidateOptions<WebhooksOptions>, WebhooksOptionsValidator>();
        services.AddSingleton<WebhookMetrics>().AddSingleton<WebhookDispatcher>();
        services.AddSingleton<IEventSink>(provider => provider.GetRequiredService<WebhookDispatcher>());
        services.AddHostedService(provider => provider.GetRequiredService<WebhookDispatcher>());
        return services;
    }
}
