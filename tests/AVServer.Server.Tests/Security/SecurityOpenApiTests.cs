using System.Net.Http.Json;
using System.Text.Json;
using AVServer.Contracts;
using AVServer.Server.Security;
using AVServer.Server.Tests.Kit;

namespace AVServer.Server.Tests.Security;

[Trait("Category", "server")]
public sealed class SecurityOpenApiTests
{
    [Fact]
    public async Task Document_tells_how_a_key_is_sent_and_the_scope_of_each_route()
    {
        await using var server = await RunningServer.StartAsync();
        var document = await server.Http.GetFromJsonAsync<JsonElement>(Routes.OpenApi);
        var schemes = document.GetProperty("components").GetProperty("securitySchemes");
        Assert.Equal("X-Api-Key", schemes.GetProperty("key").GetProperty("name").GetString());
        Assert.Equal("bearer", schemes.GetProperty("bearer").GetProperty("scheme").GetString());
        Assert.Equal("access_token", schemes.GetProperty("query").GetProperty("name").GetString());
        foreach (var (route, method, scope) in ((string, string, string?)[])[
            (Routes.Media, "put", Scope.Publish), (Routes.Events, "get", Scope.Subscribe), (Routes.EventHistory, "get", Scope.Subscribe),
            (Routes.EventHistory, "delete", Scope.Admin), (Routes.Keywords, "get", Scope.Subscribe), (Routes.Keywords, "post", Scope.Admin),
            (Routes.Score, "post", Scope.Score), (Routes.Jobs + "/{id}", "delete", Scope.Score), (Routes.Models, "get", Scope.Score),
            (Routes.Tokens, "post", null)])
        {
            var operation = document.GetProperty("paths").GetProperty(route).GetProperty(method);
            var security = operation.GetProperty("security").EnumerateArray().Select(way => way.EnumerateObject().Single()).ToArray();
            Assert.Equal(["bearer", "key", "query"], security.Select(way => way.Name).Order());
            string[] needed = scope is null ? [] : [scope];
            Assert.All(security, way => Assert.Equal(needed, way.Value.EnumerateArray().Select(named => named.GetString())));
            Assert.All(["401", "403", "429"], status => Assert.True(operation.GetProperty("responses").TryGetProperty(status, out _)));
        }
        Assert.False(document.GetProperty("paths").GetProperty(Routes.HealthLive).GetProperty("get").TryGetProperty("security", out _));
    }
}
