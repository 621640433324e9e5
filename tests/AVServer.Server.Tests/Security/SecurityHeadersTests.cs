using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using AVServer.Contracts;
using AVServer.Server.Tests.Kit;
using AVServer.TestKit;

namespace AVServer.Server.Tests.Security;

[Trait("Category", "server")]
public sealed partial class SecurityHeadersTests
{
    [Fact]
    public async Task Every_answer_tells_browsers_to_run_nothing_inline_and_to_frame_nothing()
    {
        await using var server = await RunningServer.StartAsync(("Security:ApiKey", TestKeys.ApiKey));
        server.Pipeline.Models = null!;
        foreach (var (route, status, host) in ((string, int, string?)[])[
            ("/", 200, null), ("/app.js", 200, null), (Routes.HealthLive, 200, null), (Routes.Streams, 401, null),
            ("/api/nothing", 404, null), ($"{Routes.Keywords}?access_token={TestKeys.ApiKey}", 500, null),
            (Routes.Streams, 421, "evil.example")])
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, route);
            request.Headers.Host = host;
            using var response = await server.Http.SendAsync(request);
            Assert.Equal((route, status), (route, (int)response.StatusCode));
            var policy = Assert.Single(response.Headers.GetValues("Content-Security-Policy"));
            Assert.Contains("default-src 'none'", policy, StringComparison.Ordinal);
            Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
            Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
            Assert.Equal("nosniff", Assert.Single(response.Headers.GetValues("X-Content-Type-Options")));
            Assert.Equal("no-referrer", Assert.Single(response.Headers.GetValues("Referrer-Policy")));
        }
    }

    [Theory]
    [InlineData(Routes.Streams)]
    [InlineData(Routes.Keywords)]
    [InlineData(Routes.Jobs)]
    [InlineData(Routes.Jobs + "/x")]
    [InlineData(Routes.Clips)]
    [InlineData(Routes.EventHistory)]
    [InlineData(Routes.Events)]
    [InlineData(Routes.Score)]
    public async Task What_is_personal_is_kept_by_no_cache(string route)
    {
        await using var server = await RunningServer.StartAsync();
        using var response = await server.Http.GetAsync(route, HttpCompletionOption.ResponseHeadersRead);
        Assert.True(response.Headers.CacheControl?.NoStore, $"{response.StatusCode}");
    }

    [Fact]
    public void Page_has_nothing_inline()
    {
        var page = File.ReadAllText(Path.Combine(TestPaths.RepositoryRoot, "clients", "web", "index.html"));
        Assert.DoesNotMatch(Inline(), page);
    }

    [Fact]
    public async Task Report_may_have_its_own_style_and_no_other()
    {
        await using var server = await RunningServer.StartAsync();
        using var response = await server.Http.PostAsync(Routes.Score + "?format=html&job=false", new ByteArrayContent([1, 2]));
        var page = await response.Content.ReadAsStringAsync();
        var style = page.Split("<style>")[1].Split("</style>")[0];
        var hash = Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(style)));
        var policy = Assert.Single(response.Headers.GetValues("Content-Security-Policy"));
        Assert.Contains($"style-src 'sha256-{hash}'", policy, StringComparison.Ordinal);
        Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy + page, StringComparison.Ordinal);
    }

    [GeneratedRegex("""<style|<script(?![^>]*\ssrc=)|\sstyle=|\son[a-z]+=|href="(data|javascript):""")]
    private static partial Regex Inline();
}
