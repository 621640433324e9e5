using AVServer.Client.Tests.Kit;
using AVServer.Contracts;

namespace AVServer.Client.Tests;

/// <summary>Live media that the server pulls.</summary>
[Trait("Category", "server")]
public sealed class PulledSourceTests
{
    [Fact]
    public async Task Source_is_added_looked_at_and_deleted()
    {
        await using var server = await EchoServer.StartAsync();
        using var client = new AVServerClient(server.Address);
        // Of documentation's addresses, which lead nowhere and may not be pulled from.
        var request = new SourceRequest("camera", "rtsp://u:p@203.0.113.1/live");
        var refused = await Assert.ThrowsAsync<ServerRefusedException>(() => client.AddSourceAsync(request));
        Assert.Equal(FaultCodes.ForbiddenAddress, refused.Code);
        Assert.Empty(await client.GetSourcesAsync());

        var added = await client.AddSourceAsync(request, wait: false);
        Assert.Equal(("camera", "rtsp://203.0.113.1/live"), (added.StreamId, added.Source!.Url));
        Assert.Equal("camera", Assert.Single(await client.GetSourcesAsync()).StreamId);
        Assert.Null((await client.GetStreamAsync("camera")).Transport);
        await client.DeleteSourceAsync("camera");
        foreach (var ask in (Func<Task>[])[() => client.GetStreamAsync("camera"), () => client.DeleteSourceAsync("camera")])
            Assert.Equal(FaultCodes.NotFound, (await Assert.ThrowsAsync<ServerRefusedException>(ask)).Code);
    }
}
