using AVServer.Pipeline;
using AVServer.Server.Tests.Kit;
using AVServer.TestKit;
using Microsoft.Extensions.DependencyInjection;
using MQTTnet;
using MQTTnet.Protocol;

namespace AVServer.Server.Tests.Delivery.Mqtt;

/// <summary>
/// Tests of them run by themselves: metrics are the process's, and a server that ends takes its own from those of the others.
/// </summary>
[CollectionDefinition(nameof(MqttCollection), DisableParallelization = true)]
public sealed class MqttCollection;

/// <summary>Servers that publish to a broker.</summary>
internal static class MqttServers
{
    /// <summary>Starts one that comes back to its broker at once, unless the settings say otherwise.</summary>
    public static Task<RunningServer> StartAsync(MosquittoServer broker, params (string Key, string Value)[] settings)
    {
        Dictionary<string, string> all = new()
        {
            ["Mqtt:Broker"] = broker.Address,
            ["Mqtt:FirstPause"] = "00:00:00.010",
            ["Mqtt:LongestPause"] = "00:00:00.050",
        };
        foreach (var (key, value) in settings) all[key] = value;
        return RunningServer.StartAsync(
            builder => builder.Services.AddOptions<EmotionOptions>().BindConfiguration(EmotionOptions.Section),
            [.. all.Select(setting => (setting.Key, setting.Value))]);
    }

    /// <summary>A stream with a wake word, from its beginning to its end.</summary>
    public static async Task SendWordAsync(RunningServer server, string streamId, bool telemetry = false)
    {
        using var sender = await MediaSender.OpenAsync(server, streamId, telemetry ? "?telemetry=true" : "");
        await sender.SendAsync(0.5, "Word!!");
        await sender.CloseAsync();
    }

    /// <summary>Leaves something retained at a broker, as somebody else.</summary>
    public static async Task PublishAsync(MosquittoServer broker, string topic, string payload)
    {
        using var client = new MqttClientFactory().CreateMqttClient();
        await client.ConnectAsync(
            new MqttClientOptionsBuilder().WithTcpServer("127.0.0.1", broker.Port).Build(), TestTimeout.Token());
        await client.PublishStringAsync(topic, payload, MqttQualityOfServiceLevel.AtLeastOnce, retain: true, TestTimeout.Token());
    }

    /// <summary>A figure of <c>/metrics</c>; 0 where there is none yet.</summary>
    public static double Scrape(RunningServer server, string name) =>
        Kit.Scrape.OfAsync(server).WaitAsync(TestTimeout.Longest).GetAwaiter().GetResult()
            .Series.FirstOrDefault(sample => sample.Name == name)?.Value ?? 0;
}
