using System.Net;
using System.Net.Sockets;
using AVServer.Server.Tests.Kit;
using AVServer.TestKit;

namespace AVServer.Server.Tests.Delivery.Mqtt;

/// <summary>A broker that is away, restarts, refuses or is silent, and a server that is killed.</summary>
[Trait("Category", "server")]
[Collection(nameof(MqttCollection))]
public sealed class MqttFaultTests
{
    private const string Status = "avserver/status";

    [Fact]
    public async Task Broker_that_restarts_gets_what_happened_meanwhile_in_order()
    {
        await using var broker = await MosquittoServer.StartAsync();
        await using var server = await MqttServers.StartAsync(broker);
        await MqttServers.SendWordAsync(server, "before");
        await using (var reader = await MqttReader.ConnectAsync(broker))
            await reader.UntilAsync("avserver/streams/before/state", "\"open\":false");
        await broker.StopAsync();
        await RunningServer.UntilAsync(() => MqttServers.Scrape(server, "avserver_mqtt_connected") == 0, "the break is seen");
        await MqttServers.SendWordAsync(server, "meanwhile");
        await broker.StartAsync();
        // Who subscribes in time sees the queue emptied; the server may have been quicker, and then only states are left.
        await using var back = await MqttReader.ConnectAsync(broker);
        await back.UntilAsync(Status, "online");
        await back.UntilAsync("avserver/streams/meanwhile/state", "\"open\":false");
        await RunningServer.UntilAsync(() => MqttServers.Scrape(server, "avserver_mqtt_published_total") == 6, "all six are taken");
        Assert.Equal(0, MqttServers.Scrape(server, "avserver_mqtt_dropped_total"));
        Assert.True(MqttServers.Scrape(server, "avserver_mqtt_failures_total") >= 1);
        await MqttServers.SendWordAsync(server, "after");
        await back.UntilAsync("avserver/streams/after/closed");
    }

    [Fact]
    public async Task Broker_that_is_away_delays_no_stream_and_costs_no_more_than_the_queue_holds()
    {
        await using var broker = MosquittoServer.NotStarted();
        await using var server = await MqttServers.StartAsync(
            broker, ("Mqtt:QueuedEvents", "4"), ("Mqtt:LongestPause", "00:00:01"), ("Mqtt:FirstPause", "00:00:01"));
        // One is being worked on, four wait, the rest of eighteen is dropped.
        for (var stream = 0; stream < 6; stream++) await MqttServers.SendWordAsync(server, $"s{stream}");
        var dropped = MqttServers.Scrape(server, "avserver_mqtt_dropped_total");
        Assert.Equal(13, dropped);
        Assert.Equal(5, MqttServers.Scrape(server, "avserver_mqtt_waiting"));
        Assert.Contains(server.Log.Lines, line => line.Contains("4 events wait for the MQTT broker", StringComparison.Ordinal));
        await broker.StartAsync();
        await using var reader = await MqttReader.ConnectAsync(broker);
        // What was dropped was events: the states are right.
        for (var stream = 0; stream < 6; stream++) await reader.UntilAsync($"avserver/streams/s{stream}/state", "\"open\":false");
        await RunningServer.UntilAsync(() => MqttServers.Scrape(server, "avserver_mqtt_published_total") == 5, "five are taken");
        Assert.Equal(0, MqttServers.Scrape(server, "avserver_mqtt_waiting"));
    }

    [Fact]
    public async Task Broker_that_is_away_does_not_keep_the_server_from_stopping()
    {
        await using var broker = MosquittoServer.NotStarted();
        await using var server = await MqttServers.StartAsync(broker);
        await MqttServers.SendWordAsync(server, "lobby");
        await server.StopAsync().WaitAsync(TestTimeout.Longest);
    }

    [Fact]
    public async Task Broker_that_never_answers_is_told_and_left()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        await using var server = await RunningServer.StartAsync(
            ("Mqtt:Broker", $"mqtt://127.0.0.1:{((IPEndPoint)silent.LocalEndpoint).Port}"), ("Mqtt:Timeout", "00:00:00.200"));
        await RunningServer.UntilAsync(
            () => server.Log.Lines.Any(line => line.Contains("no answer within 0.2 s", StringComparison.Ordinal)), "it is told");
        await server.StopAsync().WaitAsync(TestTimeout.Longest);
    }

    [Fact]
    public async Task Wrong_password_is_told_without_it_and_the_right_one_counts_without_a_restart()
    {
        using var folder = new TemporaryFolder();
        var passwords = MosquittoServer.WritePasswords(folder.Path, "ears", "correct horse");
        var secret = Path.Combine(folder.Path, "secret");
        await File.WriteAllTextAsync(secret, "battery staple\n");
        await using var broker = await MosquittoServer.StartAsync($"allow_anonymous false\npassword_file {passwords}");
        await using var server = await MqttServers.StartAsync(broker, ("Mqtt:User", "ears"), ("Mqtt:PasswordPath", secret));
        await RunningServer.UntilAsync(
            () => server.Log.Lines.Any(line => line.Contains("is not connected: ", StringComparison.Ordinal)
                && (line.Contains("NotAuthorized", StringComparison.Ordinal)
                    || line.Contains("BadUserNameOrPassword", StringComparison.Ordinal))),
            "the refusal is told");
        await MqttServers.SendWordAsync(server, "lobby");
        await File.WriteAllTextAsync(secret, "correct horse\n");
        await using var reader = await MqttReader.ConnectAsync(broker, "ears", "correct horse");
        await reader.UntilAsync("avserver/streams/lobby/state", "\"open\":false");
        Assert.DoesNotContain(
            server.Log.Lines,
            line => line.Contains("battery staple", StringComparison.Ordinal) || line.Contains("correct horse", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Broker_that_lets_the_server_write_its_events_only_is_told_and_the_rest_arrives()
    {
        using var folder = new TemporaryFolder();
        var passwords = MosquittoServer.WritePasswords(folder.Path, "ears", "correct horse");
        var rights = Path.Combine(folder.Path, "acl");
        await File.WriteAllTextAsync(rights, "user ears\ntopic write avserver/streams/+/wakeWord\ntopic read #\n");
        await using var broker = await MosquittoServer.StartAsync(
            $"allow_anonymous false\npassword_file {passwords}\nacl_file {rights}");
        await using var reader = await MqttReader.ConnectAsync(broker, "ears", "correct horse");
        await using var server = await MqttServers.StartAsync(
            broker, ("Mqtt:User", "ears"), ("Mqtt:Password", "correct horse"), ("Mqtt:Timeout", "00:00:01"));
        await MqttServers.SendWordAsync(server, "lobby");
        await reader.UntilAsync("avserver/streams/lobby/wakeWord");
        await RunningServer.UntilAsync(() => MqttServers.Scrape(server, "avserver_mqtt_dropped_total") == 2, "two are refused");
        Assert.Single(server.Log.Lines, line => line.Contains("The MQTT broker refused", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Killed_server_is_offline_by_its_last_will_and_the_next_one_closes_the_streams_it_left_open()
    {
        await using var broker = await MosquittoServer.StartAsync();
        await using var reader = await MqttReader.ConnectAsync(broker);
        using var models = new TemporaryFolder();
        new FakeSpotter().Write(models.Path);
        await using (var process = WatchedProcess.Start(
            typeof(ServerSetup).Assembly.Location, new Dictionary<string, string>(), "--Urls", "http://127.0.0.1:0",
            "--Runtime:ModelsPath", models.Path, "--Mqtt:Broker", broker.Address))
            await reader.UntilAsync(Status, "online");   // killed without a word at the end of the block
        await reader.UntilAsync(Status, "offline");
        await MqttServers.PublishAsync(broker, "avserver/streams/left/state", """{"open":true,"since":"2026-11-29T10:00:00+00:00"}""");
        await MqttServers.PublishAsync(broker, "avserver/streams/odd/state", "no JSON");
        await using var server = await MqttServers.StartAsync(broker);
        await reader.UntilAsync("avserver/streams/left/state", "\"reason\":\"disconnected\"");
        await reader.UntilAsync("avserver/streams/odd/state", "\"open\":false");
        Assert.Equal("online", reader.Last(Status));
    }
}
