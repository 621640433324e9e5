using System.Text.Json;
using AVServer.Contracts;
using AVServer.Server.Tests.Kit;

namespace AVServer.Server.Tests.Delivery.Mqtt;

/// <summary>What a real broker gets from the whole server.</summary>
[Trait("Category", "server")]
[Collection(nameof(MqttCollection))]
public sealed class MqttTests
{
    private const string Status = "avserver/status";

    [Theory]
    [InlineData("5", "0")]
    [InlineData("5", "1")]
    [InlineData("5", "2")]
    [InlineData("3", "1")]
    public async Task Events_come_in_order_each_on_the_topic_of_its_stream_and_type(string version, string qos)
    {
        await using var broker = await MosquittoServer.StartAsync();
        await using var reader = await MqttReader.ConnectAsync(broker);
        await using var server = await StartAsync(broker, ("Mqtt:Version", version), ("Mqtt:Qos", qos));
        await SendWordAsync(server, "lobby", telemetry: true);
        await SendWordAsync(server, "a.b");
        await reader.UntilAsync("avserver/streams/a.b/closed");
        Assert.Equal(
            ["lobby/opened", "lobby/wakeWord", "lobby/closed", "a.b/opened", "a.b/wakeWord", "a.b/closed"],
            reader.Events.Select(topic => topic["avserver/streams/".Length..]));
        var word = await reader.UntilAsync("avserver/streams/lobby/wakeWord");
        Assert.False(word.Retained);
        Assert.Equal("computer", ((WakeWordEvent)JsonSerializer.Deserialize<StreamEvent>(word.Payload, ContractsJson.Options)!).Keyword);
        Assert.Equal(2, word.Json.GetProperty("sequence").GetInt64());
        await RunningServer.UntilAsync(() => Scrape(server, "avserver_mqtt_published_total") == 6, "six are counted");
        Assert.Equal(0, Scrape(server, "avserver_mqtt_waiting"));
        Assert.Equal(1, Scrape(server, "avserver_mqtt_connected"));
    }

    [Fact]
    public async Task Only_the_streams_and_types_that_were_asked_for_come_and_the_state_in_any_case()
    {
        await using var broker = await MosquittoServer.StartAsync();
        await using var reader = await MqttReader.ConnectAsync(broker);
        await using var server = await StartAsync(
            broker, ("Mqtt:Types:0", "wakeWord"), ("Mqtt:Streams:0", "b"), ("Mqtt:Prefix", "house/ears"));
        await SendWordAsync(server, "a");
        await SendWordAsync(server, "b");
        await reader.UntilAsync("house/ears/streams/b/state", "\"open\":false");
        await reader.UntilAsync("house/ears/streams/b/wakeWord");   // states don't wait for events
        Assert.Equal(["house/ears/streams/b/wakeWord"], reader.Events);
        Assert.DoesNotContain(reader.Messages, message => message.Topic.Contains("/a/", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Who_comes_later_finds_that_the_server_is_there_which_streams_are_open_and_when_it_went()
    {
        await using var broker = await MosquittoServer.StartAsync();
        await using var server = await StartAsync(broker);
        await SendWordAsync(server, "gone");
        using var sender = await MediaSender.OpenAsync(server, "here");
        await using var first = await MqttReader.ConnectAsync(broker);
        await first.UntilAsync(Status, "online");
        await first.UntilAsync("avserver/streams/here/state", "\"open\":true");
        await using var later = await MqttReader.ConnectAsync(broker);
        Assert.True((await later.UntilAsync(Status)).Retained);
        Assert.True((await later.UntilAsync("avserver/streams/here/state")).Json.GetProperty("open").GetBoolean());
        var gone = await later.UntilAsync("avserver/streams/gone/state");
        Assert.True(gone.Retained);
        Assert.Equal(
            (false, "completed"), (gone.Json.GetProperty("open").GetBoolean(), gone.Json.GetProperty("reason").GetString()));
        var stopping = server.StopAsync();
        await sender.ReceiveAllAsync();
        await stopping;
        await later.UntilAsync(Status, "offline");
        Assert.Contains("serverStopping", (await later.UntilAsync("avserver/streams/here/state", "\"open\":false")).Payload);
        await using var afterwards = await MqttReader.ConnectAsync(broker);
        Assert.Equal("offline", (await afterwards.UntilAsync(Status)).Payload);
    }

    [Fact]
    public async Task No_more_streams_stay_at_the_broker_than_are_to_be_kept()
    {
        await using var broker = await MosquittoServer.StartAsync();
        await using var server = await StartAsync(broker, ("Mqtt:StreamsKept", "2"), ("Mqtt:DiscoveryPrefix", "homeassistant"));
        foreach (var stream in (string[])["one", "two", "three", "four"]) await SendWordAsync(server, stream);
        await using (var reader = await MqttReader.ConnectAsync(broker))
            await reader.UntilAsync("avserver/streams/four/state", "\"open\":false");
        await server.StopAsync();
        await using var later = await MqttReader.ConnectAsync(broker);
        await later.UntilAsync("avserver/streams/four/state");
        await later.UntilAsync("avserver/streams/three/state");
        await later.UntilAsync(Status);
        Assert.DoesNotContain(later.Messages, message => message.Topic.Contains("one", StringComparison.Ordinal));
        Assert.DoesNotContain(later.Messages, message => message.Topic.Contains("two", StringComparison.Ordinal));
        Assert.Equal(2, later.Messages.Count(message => message.Topic.StartsWith("homeassistant/", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Stream_whose_events_are_deleted_leaves_nothing_at_the_broker()
    {
        await using var broker = await MosquittoServer.StartAsync();
        await using var server = await StartAsync(broker, ("Mqtt:DiscoveryPrefix", "homeassistant"));
        await SendWordAsync(server, "lobby");
        await using var reader = await MqttReader.ConnectAsync(broker);
        await reader.UntilAsync("avserver/streams/lobby/state", "\"open\":false");
        (await server.Http.DeleteAsync(Routes.EventHistory + "?streamId=lobby")).EnsureSuccessStatusCode();
        await RunningServer.UntilAsync(
            () => reader.Last("avserver/streams/lobby/state") == "" && reader.Last("homeassistant/device/avserver_lobby/config") == "",
            "both are taken away");
    }

    [Fact]
    public async Task Home_assistant_is_told_of_each_stream_and_of_emotion_only_where_a_purpose_is_declared()
    {
        await using var broker = await MosquittoServer.StartAsync();
        await SendWordAndStopAsync(broker, ("Mqtt:DiscoveryPrefix", "homeassistant"));
        await using (var reader = await MqttReader.ConnectAsync(broker))
        {
            var device = (await reader.UntilAsync("homeassistant/device/avserver_lobby/config")).Json;
            Assert.Equal("lobby", device.GetProperty("device").GetProperty("name").GetString());
            Assert.Equal("AVServer", device.GetProperty("origin").GetProperty("name").GetString());
            var components = device.GetProperty("components");
            Assert.Equal(
                ["open", "wake_word", "wake_word_heard"], components.EnumerateObject().Select(component => component.Name).Order());
            var word = components.GetProperty("wake_word");
            Assert.Equal("event", word.GetProperty("platform").GetString());
            Assert.Equal("avserver/streams/lobby/wakeWord", word.GetProperty("state_topic").GetString());
            Assert.Equal(Status, word.GetProperty("availability_topic").GetString());
            Assert.Equal("avserver_lobby_wake_word", word.GetProperty("unique_id").GetString());
            Assert.Equal("binary_sensor", components.GetProperty("wake_word_heard").GetProperty("platform").GetString());
            Assert.Equal("avserver/streams/lobby/state", components.GetProperty("open").GetProperty("state_topic").GetString());
        }
        await SendWordAndStopAsync(
            broker, ("Mqtt:DiscoveryPrefix", "homeassistant"), ("Emotion:Purpose", "diary of my own voice"));
        await using var second = await MqttReader.ConnectAsync(broker);
        var emotion = (await second.UntilAsync("homeassistant/device/avserver_lobby/config")).Json.GetProperty("components")
            .GetProperty("emotion");
        Assert.Equal("sensor", emotion.GetProperty("platform").GetString());
        Assert.Contains("value_json.notice", emotion.GetProperty("json_attributes_template").GetString());
    }

    private static async Task SendWordAndStopAsync(MosquittoServer broker, params (string Key, string Value)[] settings)
    {
        await using var server = await StartAsync(broker, settings);
        await SendWordAsync(server, "lobby");
        await server.StopAsync();
    }

    private static Task<RunningServer> StartAsync(MosquittoServer broker, params (string Key, string Value)[] settings) =>
        MqttServers.StartAsync(broker, settings);

    private static Task SendWordAsync(RunningServer server, string streamId, bool telemetry = false) =>
        MqttServers.SendWordAsync(server, streamId, telemetry);

    private static double Scrape(RunningServer server, string name) => MqttServers.Scrape(server, name);
}
