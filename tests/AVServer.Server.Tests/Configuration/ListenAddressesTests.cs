using System.Net;
using System.Net.Sockets;
using AVServer.Pipeline;
using AVServer.Server.Configuration;
using AVServer.Server.Delivery.Wyoming;
using AVServer.Server.Security;
using AVServer.Server.Tests.Kit;
using Microsoft.Extensions.Configuration;

namespace AVServer.Server.Tests.Configuration;

[Trait("Category", "unit")]
public sealed class ListenAddressesTests
{
    [Theory]
    [InlineData("http://127.0.0.1:0")]
    [InlineData("http://*:0")]
    [InlineData("http://+:0;http://[::1]:0")]
    [InlineData(null)]
    public void Address_of_this_machine_is_taken(string? urls) => Check(new SecurityOptions { Open = true }, ("Urls", urls));

    [Fact]
    public void Unix_socket_is_taken() => Check(("Urls", $"http://unix:{Path.Combine(Path.GetTempPath(), "avserver.sock")}"));

    [Theory]
    [InlineData("Urls", "http://*:0")]
    [InlineData("Urls", "http://127.0.0.1:0;http://0.0.0.0:0")]
    [InlineData("Urls", "http://[::]:0")]
    [InlineData("Kestrel:Endpoints:Own:Url", "http://+:0")]
    [InlineData("http_ports", "0")]
    public void Address_that_others_reach_needs_a_key_or_to_be_called_open(string setting, string value)
    {
        var told = Assert.Throws<SetupException>(() => Check((setting, value))).Message;
        Assert.StartsWith(setting, told, StringComparison.Ordinal);
        Assert.Contains("Security:ApiKey", told, StringComparison.Ordinal);
        Assert.Contains("Security:Open=true", told, StringComparison.Ordinal);

        Check(new SecurityOptions { Open = true }, (setting, value));
        Check(new SecurityOptions { ApiKey = TestKeys.ApiKey }, (setting, value));
        Check(new SecurityOptions { Keys = { new KeyOptions() } }, (setting, value));
    }

    [Fact]
    public void Bridge_that_others_reach_needs_to_be_called_open_since_it_asks_for_no_key()
    {
        foreach (var security in (SecurityOptions[])[new(), new() { ApiKey = TestKeys.ApiKey }])
        {
            var told = Assert.Throws<SetupException>(() => CheckBridge("0.0.0.0", security)).Message;
            Assert.StartsWith("Wyoming:Address '0.0.0.0'", told, StringComparison.Ordinal);
            Assert.Contains("127.0.0.1", told, StringComparison.Ordinal);
            Assert.Contains("Security:Open=true", told, StringComparison.Ordinal);
            CheckBridge("127.0.0.1", security);
        }
        CheckBridge("0.0.0.0", new SecurityOptions { Open = true });

        static void CheckBridge(string address, SecurityOptions security) => ListenAddresses.Check(
            new ConfigurationBuilder().Build(), new WyomingOptions { Address = address, Port = 0 }, security);
    }

    [Theory]
    [InlineData("5080", "expected an address such as")]
    [InlineData("ftp://127.0.0.1:5080", "expected an address such as")]
    [InlineData("http://:5080", "expected an address such as")]
    [InlineData("http://127.0.0.1:65536", "expected a port")]
    [InlineData("http://127.0.0.1:http", "expected a port")]
    [InlineData("http://[::1]:http", "expected a port")]
    [InlineData("http://lokalhost:5080", "expected localhost")]
    [InlineData("http://203.0.113.1:5080", "is not an address of this machine")]
    [InlineData("http://unix:/no/such/folder/avserver.sock", "there is no folder /no/such/folder")]
    public void Address_that_can_not_be_had_is_told_with_its_setting(string url, string reason)
    {
        Told(reason, $"Urls '{url}'", ("Urls", $"http://127.0.0.1:0;{url}"));
        Told(reason, $"Kestrel:Endpoints:Own:Url '{url}'", ("Urls", "nothing that counts"), ("Kestrel:Endpoints:Own:Url", url));
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("localhost")]
    [InlineData("*")]
    public void Port_in_use_is_told_whatever_the_address(string host)
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var port = ((IPEndPoint)other.LocalEndpoint).Port;

        Told($"port {port} is in use", "Urls", ("Urls", $"http://{host}:{port}"));
    }

    private static void Check(params (string Key, string? Value)[] settings) => Check(new SecurityOptions(), settings);

    private static void Check(SecurityOptions security, params (string Key, string? Value)[] settings)
    {
        var given = settings.Select(setting => KeyValuePair.Create(setting.Key, setting.Value));
        ListenAddresses.Check(new ConfigurationBuilder().AddInMemoryCollection(given).Build(), new WyomingOptions(), security);
    }

    private static void Told(string reason, string setting, params (string Key, string? Value)[] settings)
    {
        var told = Assert.Throws<SetupException>(() => Check(settings)).Message;
        Assert.StartsWith(setting, told, StringComparison.Ordinal);
        Assert.Contains(reason, told, StringComparison.Ordinal);
    }
}
