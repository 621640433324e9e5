using System.Net;
using AVServer.Contracts;
using AVServer.Media.Pull;

namespace AVServer.Media.Tests.Pull;

/// <summary>Where sources may be, and what is shown of their addresses.</summary>
[Trait("Category", "unit")]
public sealed class AddressTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(1);

    [Theory]
    [InlineData("rtsp://cam:pa55@camera.example/live", "rtsp://camera.example/live", 554)]
    [InlineData("RTSPS://camera.example:8322/live?key=1", "rtsps://camera.example:8322/live?…", 8322)]
    [InlineData("https://u:p%40ss@radio.example/a.mp3?token=1#x", "https://radio.example/a.mp3?…", 443)]
    [InlineData("http://[2001:db8::1]:8000/", "http://[2001:db8::1]:8000/", 8000)]
    [InlineData("rtmp://host.example/live/key-of-mine?a=1", "rtmp://host.example/live/…?…", 1935)]
    public void Address_is_shown_without_what_is_secret(string url, string shown, int port)
    {
        var address = SourceAddress.Parse(url);
        Assert.Equal((shown, port, shown), (address.Shown, address.Port, address.ToString()));
    }

    [Theory]
    [InlineData("93.184.216.34", true)]
    [InlineData("2606:2800:220:1::1", true)]
    [InlineData("172.32.0.1", true)]
    [InlineData("127.0.0.1", false)]
    [InlineData("10.255.0.1", false)]
    [InlineData("172.16.0.1", false)]
    [InlineData("192.168.1.1", false)]
    [InlineData("169.254.169.254", false)]
    [InlineData("100.64.0.1", false)]
    [InlineData("0.0.0.0", false)]
    [InlineData("224.0.0.1", false)]
    [InlineData("255.255.255.255", false)]
    [InlineData("::1", false)]
    [InlineData("::", false)]
    [InlineData("::127.0.0.1", false)]
    [InlineData("::ffff:127.0.0.1", false)]
    [InlineData("::ffff:93.184.216.34", true)]
    [InlineData("64:ff9b::7f00:1", false)]
    [InlineData("2002:7f00:1::", false)]
    [InlineData("fe80::1%1", false)]
    [InlineData("fd00::1", false)]
    [InlineData("ff02::1", false)]
    public void Address_of_the_public_internet_may_be_reached(string address, bool may)
    {
        Assert.Equal(may, new AddressPolicy([]).Allows(IPAddress.Parse(address)));
        Assert.True(new AddressPolicy([IPNetwork.Parse("0.0.0.0/0"), IPNetwork.Parse("::/0")]).Allows(IPAddress.Parse(address)));
    }

    [Fact]
    public async Task Name_with_an_address_that_may_not_be_reached_is_refused_whole()
    {
        var dialer = Dialer("93.184.216.34", "127.0.0.1");
        var refused = await Assert.ThrowsAsync<MediaException>(() => dialer.ConnectAsync("two.example", 80, default));
        Assert.Equal(FaultCodes.ForbiddenAddress, refused.Code);
    }

    [Fact]
    public async Task Name_is_resolved_once_and_what_was_looked_at_is_connected_to()
    {
        using var listener = new System.Net.Sockets.TcpListener(IPAddress.Parse("127.0.0.2"), 0);
        listener.Start();
        var asked = 0;
        // The second answer of a name that is rebound would lead to another address.
        var dialer = new GuardedDialer(
            new PullRules([IPNetwork.Parse("127.0.0.2/32")], Soon, Soon),
            (_, _) => Task.FromResult<IPAddress[]>([IPAddress.Parse(asked++ == 0 ? "127.0.0.2" : "127.0.0.1")]));
        await using var connection = await dialer.ConnectAsync("rebound.example", ((IPEndPoint)listener.LocalEndpoint).Port, default);
        using var accepted = await listener.AcceptTcpClientAsync();
        Assert.Equal(1, asked);
        var refused = await Assert.ThrowsAsync<MediaException>(() => dialer.ConnectAsync("rebound.example", 80, default));
        Assert.Equal(FaultCodes.ForbiddenAddress, refused.Code);
    }

    private static GuardedDialer Dialer(params string[] addresses) =>
        new(new PullRules([], Soon, Soon), (_, _) => Task.FromResult<IPAddress[]>([.. addresses.Select(IPAddress.Parse)]));
}
