using System.Net;
using System.Net.Http.Json;
using System.Text;
using AVServer.Contracts;
using AVServer.Server.Security;
using AVServer.Server.Tests.Kit;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace AVServer.Server.Tests.Security;

[Trait("Category", "server")]
public sealed class TokenTests
{
    private const string Key = TestKeys.ApiKey;

    private static readonly string TokenKey = Convert.ToBase64String(new byte[32]);

    [Fact]
    public async Task Token_opens_what_it_is_for_and_nothing_else()
    {
        await using var server = await RunningServer.StartAsync(("Security:ApiKey", Key));
        var token = await IssueAsync(server, Key, new TokenRequest([Scope.Subscribe], ["kitchen*"], 60));
        Assert.Equal(["subscribe"], token.Scopes);
        Assert.Equal(["kitchen*"], token.Streams);
        Assert.InRange(token.ExpiresAt, DateTimeOffset.UtcNow.AddSeconds(-60), DateTimeOffset.UtcNow.AddSeconds(61));
        foreach (var (header, value, query) in ((string, string, string)[])[
            ("Authorization", $"Bearer {token.Token}", ""),
            ("X-Api-Key", token.Token, ""),
            ("X-Other", "x", $"?access_token={token.Token}")])
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, Routes.Streams + query) { Headers = { { header, value } } };
            using var response = await server.Http.SendAsync(request);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }
        Assert.Equal(HttpStatusCode.Forbidden, await AskAsync(server, Routes.Models, token.Token));
        Assert.Equal(HttpStatusCode.Forbidden, await AskAsync(server, Routes.Clips + "?streamId=hall", token.Token));
        using var nobody = await server.Http.PostAsJsonAsync(Routes.Tokens, new TokenRequest());
        Assert.Equal(HttpStatusCode.Unauthorized, nobody.StatusCode);
    }

    [Fact]
    public async Task Socket_and_hub_open_by_a_token_in_the_query()
    {
        await using var server = await RunningServer.StartAsync(("Security:ApiKey", Key));
        var token = await IssueAsync(server, Key, new TokenRequest([Scope.Publish, Scope.Subscribe], ["kitchen"]));
        using var sender = await MediaSender.OpenAsync(server, "kitchen", $"?access_token={token.Token}");
        await (await HubClient.ConnectAsync(server, $"?access_token={token.Token}")).Hub.DisposeAsync();
    }

    [Theory]
    [InlineData("""{"scopes":["admin"]}""", 403, "'admin'")]
    [InlineData("""{"streams":["hall"]}""", 403, "kitchen*")]
    [InlineData("""{"streams":["*"]}""", 403, "kitchen*")]
    [InlineData("""{"streams":["kit*"]}""", 403, "kitchen*")]
    [InlineData("""{"seconds":3601}""", 400, "3600")]
    [InlineData("""{"seconds":0}""", 400, "3600")]
    [InlineData("""{"scopes":[]}""", 400, "scopes")]
    [InlineData("""{"scopes":["everything"]}""", 400, "scopes")]
    [InlineData("""{"streams":[]}""", 400, "streams")]
    [InlineData("""{"streams":["a b"]}""", 400, "streams")]
    [InlineData("""{"seconds":""", 400, "seconds")]
    [InlineData("""{"scopes":["publish"],"streams":["kitchen-1","kitchen-2*"],"seconds":3600}""", 200, "")]
    [InlineData("{}", 200, "")]
    public async Task Token_is_never_for_more_than_its_asker(string body, int status, string told)
    {
        await using var server = await RunningServer.StartAsync(
            TestKeys.Settings(0, "kitchen", [Scope.Publish, Scope.Subscribe], "kitchen*"));
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var response = await server.SendWithKeyAsync("POST", Routes.Tokens, "kitchen", content);
        Assert.Equal(status, (int)response.StatusCode);
        Assert.Contains(told, await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.True(response.Headers.CacheControl?.NoStore);
    }

    [Fact]
    public async Task Token_that_a_token_asked_for_ends_no_later()
    {
        await using var server = await RunningServer.StartAsync(("Security:ApiKey", Key));
        var first = await IssueAsync(server, Key, new TokenRequest(Seconds: 60));
        var second = await IssueAsync(server, first.Token, new TokenRequest(Seconds: 3_600));
        Assert.True(second.ExpiresAt <= first.ExpiresAt);
    }

    [Fact]
    public async Task Token_that_has_ended_was_changed_or_signed_by_another_is_not_taken()
    {
        await using var server = await RunningServer.StartAsync(("Security:ApiKey", Key), ("Security:TokenKey", TokenKey));
        var good = OwnToken(TokenKey, TimeSpan.FromMinutes(1));
        Assert.Equal(HttpStatusCode.OK, await AskAsync(server, Routes.Streams, good));
        var parts = good.Split('.');
        foreach (var bad in (string[])[
            OwnToken(TokenKey, TimeSpan.FromMinutes(-1)),
            OwnToken(Convert.ToBase64String(Enumerable.Repeat((byte)1, 32).ToArray()), TimeSpan.FromMinutes(1)),
            $"{parts[0]}.{parts[1]}.",
            $"{Base64UrlEncoder.Encode("""{"alg":"none","typ":"JWT"}""")}.{parts[1]}.",
            $"{parts[0]}.{Base64UrlEncoder.Encode(Base64UrlEncoder.Decode(parts[1]).Replace("subscribe", "admin"))}.{parts[2]}",
            OwnToken(TokenKey, TimeSpan.FromMinutes(1), key: "revoked")])
            Assert.Equal(HttpStatusCode.Unauthorized, await AskAsync(server, Routes.Streams, bad));
    }

    [Fact]
    public async Task Servers_with_one_token_key_take_each_others_tokens_and_others_do_not()
    {
        await using var first = await RunningServer.StartAsync(("Security:ApiKey", Key), ("Security:TokenKey", TokenKey));
        await using var second = await RunningServer.StartAsync(("Security:ApiKey", Key), ("Security:TokenKey", TokenKey));
        await using var other = await RunningServer.StartAsync(("Security:ApiKey", Key));
        var token = await IssueAsync(first, Key, new TokenRequest());
        Assert.Equal(HttpStatusCode.OK, await AskAsync(second, Routes.Streams, token.Token));
        Assert.Equal(HttpStatusCode.Unauthorized, await AskAsync(other, Routes.Streams, token.Token));
    }

    [Fact]
    public async Task No_log_line_holds_a_key_a_token_or_the_header_that_brought_it()
    {
        await using var server = await RunningServer.StartAsync(("Security:ApiKey", Key));
        var token = await IssueAsync(server, Key, new TokenRequest());
        using (var sender = await MediaSender.OpenAsync(server, "s", $"?access_token={token.Token}")) await sender.CloseAsync();
        await (await HubClient.ConnectAsync(server, $"?access_token={token.Token}")).Hub.DisposeAsync();
        var wrong = token.Token[..^2] + "AA";
        foreach (var secret in (string[])[Key, token.Token, wrong, "wrong-horse-battery"])
        {
            await AskAsync(server, Routes.Streams, secret);
            await AskAsync(server, "/api/nothing", secret);
            using var query = await server.Http.GetAsync($"{Routes.Models}?access_token={secret}&x=y");
            using var hub = await server.Http.PostAsync($"{Routes.EventsHub}/negotiate?negotiateVersion=1&access_token={secret}", null);
        }
        Assert.NotEmpty(server.Log.Lines);
        foreach (var secret in (string[])[Key, token.Token, wrong, "wrong-horse-battery", token.Token.Split('.')[1], "Bearer "])
            Assert.DoesNotContain(server.Log.Lines, line => line.Contains(secret, StringComparison.Ordinal));
    }

    private static string OwnToken(string signingKey, TimeSpan ends, string key = "ApiKey")
    {
        var symmetric = new SymmetricSecurityKey(Convert.FromBase64String(signingKey));
        return new JsonWebTokenHandler().CreateToken(new SecurityTokenDescriptor
        {
            Issuer = "avserver",
            Audience = "avserver",
            Claims = new Dictionary<string, object>
            {
                ["sub"] = "ApiKey",
                ["key"] = key,
                ["scope"] = "subscribe",
                ["streams"] = (string[])["*"],
            },
            NotBefore = DateTime.UtcNow.AddHours(-1),
            Expires = DateTime.UtcNow + ends,
            SigningCredentials = new SigningCredentials(symmetric, SecurityAlgorithms.HmacSha256),
        });
    }

    private static async Task<AccessToken> IssueAsync(RunningServer server, string credential, TokenRequest what)
    {
        using var content = JsonContent.Create(what, options: ContractsJson.Options);
        using var response = await server.SendWithBearerAsync("POST", Routes.Tokens, credential, content);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return (await response.Content.ReadFromJsonAsync<AccessToken>(ContractsJson.Options))!;
    }

    private static async Task<HttpStatusCode> AskAsync(RunningServer server, string route, string credential)
    {
        using var response = await server.SendWithBearerAsync("GET", route, credential);
        return response.StatusCode;
    }
}
