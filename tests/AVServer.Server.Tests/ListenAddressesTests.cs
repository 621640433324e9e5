using System.Net;
using System.Net.Sockets;
using AVServer.Pipeline;
using AVServer.Server.Configuration;
using AVServer.Server.Wyoming;
using Microsoft.Extensions.Configuration;

namespace AVServer.Server.Tests;

[Trait("Category", "unit")]
public sealed class ListenAddressesTests
{
    [Theory]
    [InlineData("http://127.0.0.1:0")]
    [InlineData("http://*:0")]
    [InlineData("http://+:0;http://[::1]:0")]
    [InlineData("http://unix:/tmp/avserver.sock")]
    [InlineData(null)]
    public void Address_of_this_machine_is_taken(string? urls) => Check(("Urls", urls));

    [Theory]
    [InlineData("5080", "expected an address such as")]
    [InlineData("ftp://127.0.0.1:5080", "expected an address such as")]
    [InlineData("http://:5080", "expected an address such as")]
    [InlineData("http://127.0.0.1:65536", "expected a port")]
    [InlineData("http://127.0.0.1:http", "expected a port")]
    [InlineData("http://[::1]:http", "expected a port")]
    [InlineData("http://lokalhost:5080", "expected localhost")]
    [InlineData("http://203.0.113.1:5080", "is not an address of this machine")]
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

    private static void Check(params (string Key, string? Value)[] settings) =>
        ListenAddresses.Check(
            new ConfigurationBuilder().AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Key, setting.Value))).Build(), new WyomingOptions());

    private static void Told(string reason, string setting, params (string Key, string? Value)[] settings)
    {
        var told = Assert.Throws<SetupException>(() => Check(settings)).Message;
        Assert.StartsWith(setting, told, StringComparison.Ordinal);
        Assert.Contains(reason, told, StringComparison.Ordinal);
    }
}
