using System.Net.Sockets;
using AVServer.Server.Delivery.Wyoming;
using AVServer.Server.Tests.Kit;
using AVServer.TestKit;
using Microsoft.Extensions.DependencyInjection;

namespace AVServer.Server.Tests.Delivery.Wyoming;

[Trait("Category", "server")]
public sealed class WyomingAcceptTests
{
    [Fact]
    public async Task Listener_without_handles_rests_and_one_whose_peer_left_does_not()
    {
        var time = new ManualTimeProvider();
        await using var server = await RunningServer.StartAsync();
        using var bridge = ActivatorUtilities.CreateInstance<WyomingServer>(server.Part<IServiceProvider>(), (TimeProvider)time);
        var (asked, error) = (0, SocketError.ConnectionReset);
        var accepting = Task.Run(() => bridge.AcceptAsync(_ =>
        {
            asked++;
            if (asked == 3) error = SocketError.TooManyOpenSockets;
            if (asked == 5) throw new OperationCanceledException();
            throw new SocketException((int)error);
        }));
        await RunningServer.UntilAsync(() => time.SetTimers == 1, "the listener rests");
        Assert.Equal(3, asked);
        time.Advance(TimeSpan.FromSeconds(1));
        await RunningServer.UntilAsync(() => asked == 4 && time.SetTimers == 1, "it rests again");
        time.Advance(TimeSpan.FromSeconds(1));
        await accepting.WaitAsync(TestTimeout.Longest);
        Assert.Equal(5, asked);
    }
}
