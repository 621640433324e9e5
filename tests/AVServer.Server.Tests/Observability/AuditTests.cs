using System.Net;
using System.Text;
using AVServer.Contracts;
using AVServer.Server.Security;
using AVServer.Server.Tests.Kit;

namespace AVServer.Server.Tests.Observability;

/// <summary>Who ended, deleted or changed what is told under a category of its own.</summary>
[Trait("Category", "server")]
public sealed class AuditTests
{
    [Fact]
    public async Task Deeds_are_told_with_who_did_them_and_refusals_are_not()
    {
        await using var server = await RunningServer.StartAsync(
            [.. TestKeys.Settings(0, "caretaker", Scope.All), .. TestKeys.Settings(1, "guest", [Scope.Subscribe])]);
        server.Pipeline.Models = [.. server.Pipeline.Models, .. FakeKeywords.Models];
        using var sender = await MediaSender.OpenAsync(server, "hall", TestKeys.QueryOf("caretaker"));
        await CallAsync("DELETE", $"{Routes.Streams}/hall", "guest", HttpStatusCode.Forbidden);
        await CallAsync("DELETE", $"{Routes.Streams}/hall", "caretaker", HttpStatusCode.NoContent);
        await CallAsync("DELETE", $"{Routes.Streams}/hall", "caretaker", HttpStatusCode.NotFound);
        await CallAsync("DELETE", $"{Routes.EventHistory}?streamId=hall", "caretaker", HttpStatusCode.OK);
        await CallAsync("POST", Routes.Keywords, "caretaker", HttpStatusCode.Created, """{"text":"hey marvin"}""");
        await CallAsync("POST", Routes.Keywords, "caretaker", HttpStatusCode.OK, """{"text":"hey marvin"}""");
        await CallAsync("DELETE", $"{Routes.Keywords}/hey%20marvin", "caretaker", HttpStatusCode.NoContent);
        await CallAsync(
            "POST", $"{Routes.Streams}?wait=false", "caretaker", HttpStatusCode.Accepted, """{"streamId":"door","url":"http://u:p@10.0.0.1/?k=1"}""");
        await CallAsync("DELETE", $"{Routes.Sources}/door", "caretaker", HttpStatusCode.NoContent);

        var told = server.Log.Lines.Where(line => line.StartsWith("Information AVServer.Audit: ", StringComparison.Ordinal))
            .Select(line => line.Split(": ", 2)[1].Trim());
        Assert.Equal(
            [
                "key caretaker closed the stream 'hall'.", "key caretaker deleted what is kept of the stream 'hall'.",
                "key caretaker added the word 'hey marvin'.", "key caretaker changed the word 'hey marvin'.",
                "key caretaker removed the word 'hey marvin'.", "key caretaker has a source pulled as the stream 'door'.",
                "key caretaker ended the source of the stream 'door'.",
            ],
            told);

        async Task CallAsync(string method, string route, string key, HttpStatusCode status, string? json = null)
        {
            using var body = json is null ? null : new StringContent(json, Encoding.UTF8, "application/json");
            using var response = await server.SendWithKeyAsync(method, route, key, body);
            Assert.Equal(status, response.StatusCode);
        }
    }
}
