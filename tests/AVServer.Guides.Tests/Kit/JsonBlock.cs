using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using AVServer.Contracts;

namespace AVServer.Guides.Tests.Kit;

/// <summary>Reads each line of a block as what it claims to be, with nothing left over; what a sender says is said to the server.</summary>
internal static class JsonBlock
{
    private static readonly JsonSerializerOptions Strict = new(
        ContractsJson.Options)
    { UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow };

    public static async Task RunAsync(CodeBlock block, Newcomer newcomer)
    {
        foreach (var line in block.Lines)
        {
            var members = JsonNode.Parse(line)!.AsObject();
            if (members.ContainsKey("protocol")) await SayHelloAsync(line, newcomer);
            else if ((string?)members["type"] == TextMessage.TypeName) Read<TextMessage>(line);
            else if (members.ContainsKey("type")) Read<StreamEvent>(line);
            else if (members.ContainsKey("state")) Read<SourceStatus>(line);
            else if (members.ContainsKey("pronunciations")) Read<KeywordDetails>(line);
            else if (members.ContainsKey("segments")) Assert.NotEmpty(members["segments"]!.Deserialize<SpokenSegment[]>(Strict)!);
            else if (members.ContainsKey("durationSeconds")) ReadReport(members);
            else Assert.Fail($"Expected a message, an event or a report in {block}, got {line}");
        }
    }

    private static void Read<T>(string line) => Assert.NotNull(JsonSerializer.Deserialize<T>(line, Strict));

    // The command leaves out what an event of a file has no use for.
    private static void ReadReport(JsonObject report)
    {
        Assert.NotEmpty(report["maxPosterior"].Deserialize<Dictionary<string, float>>()!);
        foreach (var happened in report["events"]!.AsArray())
            Assert.Contains((string?)happened!["type"], (string[])["wakeWord", "speech", "emotion", "gap", "face"]);
    }

    private static async Task SayHelloAsync(string hello, Newcomer newcomer)
    {
        using var socket = new ClientWebSocket();
        await socket.ConnectAsync(new Uri(new UriBuilder(newcomer.Address) { Scheme = "ws" }.Uri, "/media/guide"), CancellationToken.None);
        await socket.SendAsync(Encoding.UTF8.GetBytes(hello), WebSocketMessageType.Text, true, CancellationToken.None);
        var answer = new byte[4096];
        var received = await socket.ReceiveAsync(answer, CancellationToken.None);
        Assert.Contains("\"ready\"", Encoding.UTF8.GetString(answer, 0, received.Count), StringComparison.Ordinal);
        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);
    }
}
