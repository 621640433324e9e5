using System.Net.Http.Json;
using System.Text.Json;
using AVServer.Contracts;
using AVServer.Server.Tests.Kit;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Client;

namespace AVServer.Server.Tests.Observability;

/// <summary>What nobody expected is found in the log under the id that its caller was told, once.</summary>
[Trait("Category", "server")]
public sealed class FaultIdTests
{
    [Fact]
    public async Task Problem_of_a_fault_has_its_id_in_the_log()
    {
        await using var server = await RunningServer.StartAsync();
        server.Pipeline.Models = null!;
        using var response = await server.Http.GetAsync(Routes.Keywords);
        Assert.Equal(500, (int)response.StatusCode);
        var problem = await response.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal(FaultCodes.Internal, problem.GetProperty("code").GetString());
        var id = problem.GetProperty("id").GetString()!;
        Assert.Contains(id, problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        AssertLogged(server, id, nameof(ArgumentNullException));
    }

    [Fact]
    public async Task Sockets_fault_has_its_id_in_the_log()
    {
        await using var server = await RunningServer.StartAsync();
        using var sender = await MediaSender.OpenAsync(server, "s", "?events=true");
        await sender.SendAsync(0.1, "X!");
        var fault = (await sender.ReceiveAllAsync()).Single(message => message.GetProperty("type").GetString() == "fault");
        Assert.Equal(FaultCodes.Internal, fault.GetProperty("code").GetString());
        AssertLogged(server, IdIn(fault.GetProperty("message").GetString()!), "was told to fail");
    }

    [Fact]
    public async Task Hubs_fault_has_its_id_in_the_log()
    {
        await using var server = await RunningServer.StartAsync();
        var (hub, _) = await HubClient.ConnectAsync(server);
        await using var connection = hub;
        var hello = new MediaHello(1, new AudioFormat("pcm_s16le", 16_000, 1));
        MediaChunk[] chunks = [new(MediaKind.Audio, default, "X!"u8.ToArray())];
        var refused = await Assert.ThrowsAsync<HubException>(
            () => hub.InvokeAsync<ClosedEvent>(HubMethods.Publish, "s", hello, chunks.ToAsyncEnumerable()));
        Assert.Contains($"{FaultCodes.Internal}: ", refused.Message, StringComparison.Ordinal);
        AssertLogged(server, IdIn(refused.Message), "was told to fail");
    }

    private static string IdIn(string message) => message.Split("under ")[1].Split('.')[0];

    private static void AssertLogged(RunningServer server, string id, string exception)
    {
        Assert.Matches("^[0-9a-f]{12}$", id);
        var errors = server.Log.Lines.Where(line => line.StartsWith("Error", StringComparison.Ordinal));
        var line = Assert.Single(errors, line => line.Contains(exception, StringComparison.Ordinal));
        Assert.Contains(id, line, StringComparison.Ordinal);
    }
}
