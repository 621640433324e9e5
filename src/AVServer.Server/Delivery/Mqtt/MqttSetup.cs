using AVServer.Server.Events;
using Microsoft.Extensions.Options;

namespace AVServer.Server.Delivery.Mqtt;

internal static class MqttSetup
{
    public static IServiceCollection AddMqtt(this IServiceCollection services)
    {
        services.AddOptions<MqttOptions>().BindConfiguration(MqttOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<MqttOptions>, MqttOptionsValidator>();
        services.AddSingleton<MqttMetrics>().AddSingleton<MqttPublisher>();
        services.AddSingleton<IEventSink>(provider => provider.GetRequiredService<MqttPublisher>());
        services.AddHostedService(provider => provider.GetRequiredService<MqttPublisher>());
        return services;
    }
}
