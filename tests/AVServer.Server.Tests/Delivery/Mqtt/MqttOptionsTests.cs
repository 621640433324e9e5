using AVServer.Server.Tests.Kit;
using Microsoft.Extensions.Options;

namespace AVServer.Server.Tests.Delivery.Mqtt;

/// <summary>What keeps the server from starting, and what it says then.</summary>
[Trait("Category", "unit")]
public sealed class MqttOptionsTests
{
    [Theory]
    [InlineData("localhost:1883", "Mqtt:Broker")]
    [InlineData("http://localhost:1883", "Mqtt:Broker")]
    [InlineData("mqtt://", "Mqtt:Broker")]
    [InlineData("mqtt://localhost/topic", "Mqtt:Broker")]
    [InlineData("mqtt://ears:battery@localhost", "Mqtt:PasswordPath")]
    public async Task Broker_that_can_not_be_stops_the_start(string broker, string setting)
    {
        var message = await FailureAsync(("Mqtt:Broker", broker));
        Assert.Contains(setting, message);
        Assert.DoesNotContain("battery", message);
    }

    [Theory]
    [InlineData("Password", "battery staple", "Mqtt:User")]
    [InlineData("PasswordPath", "/no/such/file", "'/no/such/file'")]
    [InlineData("Prefix", "a/#", "'a/#'")]
    [InlineData("Prefix", "/a", "'/a'")]
    [InlineData("Prefix", "$SYS", "'$SYS'")]
    [InlineData("Prefix", "", "Mqtt:Prefix")]
    [InlineData("DiscoveryPrefix", "home+assistant", "'home+assistant'")]
    [InlineData("Version", "4", "Mqtt:Version 5")]
    [InlineData("Qos", "3", "Qos")]
    [InlineData("Types:0", "telemetry", "'telemetry'")]
    [InlineData("Streams:0", "-", "'-'")]
    [InlineData("QueuedEvents", "0", "QueuedEvents")]
    [InlineData("StreamsKept", "0", "StreamsKept")]
    [InlineData("Timeout", "00:00:00", "Timeout")]
    [InlineData("LongestPause", "00:00:00.500", "Mqtt:FirstPause")]
    [InlineData("AuthorityPath", "/no/such/file", "mqtts://")]
    [InlineData("CertificateKeyPath", "/no/such/file", "Mqtt:CertificatePath")]
    public async Task Setting_that_can_not_be_stops_the_start(string setting, string value, string said)
    {
        var message = await FailureAsync(("Mqtt:Broker", "mqtt://localhost"), ($"Mqtt:{setting}", value));
        Assert.Contains(said, message);
        Assert.DoesNotContain("battery", message);
    }

    [Fact]
    public async Task Settings_without_a_broker_stop_the_start() =>
        Assert.Contains("Mqtt:Broker", await FailureAsync(("Mqtt:User", "ears")));

    [Fact]
    public async Task Password_twice_stops_the_start() => Assert.Contains("got both", await FailureAsync(
        ("Mqtt:Broker", "mqtt://localhost"), ("Mqtt:User", "ears"), ("Mqtt:Password", "battery"), ("Mqtt:PasswordPath", "/dev/null")));

    [Fact]
    public async Task Certificates_that_are_none_stop_the_start()
    {
        var message = await FailureAsync(
            ("Mqtt:Broker", "mqtts://localhost"), ("Mqtt:AuthorityPath", "/dev/null"), ("Mqtt:CertificatePath", "/dev/null"));
        Assert.Contains("Mqtt:AuthorityPath '/dev/null'", message);
        Assert.Contains("Mqtt:CertificatePath '/dev/null'", message);
    }

    private static async Task<string> FailureAsync(params (string Key, string Value)[] settings) =>
        (await Assert.ThrowsAnyAsync<OptionsValidationException>(() => RunningServer.StartAsync(settings))).Message;
}
