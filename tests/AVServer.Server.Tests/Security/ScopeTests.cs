using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using AVServer.Contracts;
using AVServer.Server.Security;
using AVServer.Server.Tests.Kit;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace AVServer.Server.Tests.Security;

[Trait("Category", "server")]
public sealed class ScopeTests
{
    private static readonly (string Method, string Route, string Scope)[] Routed =
    [
        ("GET", "/media/kitchen-1", Scope.Publish),
        ("PUT", "/media/kitchen-1", Scope.Publish),
        ("POST", Routes.EventsHub + "/negotiate?negotiateVersion=1", Scope.Subscribe),
        ("GET", Routes.Events + "?streamId=kitchen-1&types=none", Scope.Subscribe),
        ("GET", Routes.EventHistory + "?streamId=kitchen-1", Scope.Subscribe),
        ("GET", Routes.Clips, Scope.Subscribe),
        ("GET", Routes.Clips + "/kitchen-1/x.wav", Scope.Subscribe),
        ("GET", Routes.Streams, Scope.Subscribe),
        ("GET", Routes.Streams + "/kitchen-1", Scope.Subscribe),
        ("GET", Routes.Sources, Scope.Subscribe),
        ("POST", Routes.Streams, Scope.Publish),
        ("DELETE", Routes.Sources + "/kitchen-1", Scope.Publish),
        ("GET", Routes.Keywords, Scope.Subscribe),
        ("GET", Routes.Keywords + "/marvin", Scope.Subscribe),
        ("POST", Routes.Score, Scope.Score),
        ("GET", Routes.Jobs, Scope.Score),
        ("GET", Routes.Jobs + "/x", Scope.Score),
        ("GET", Routes.Jobs + "/x/result", Scope.Score),
        ("DELETE", Routes.Jobs + "/x", Scope.Score),
        ("GET", Routes.Models, Scope.Score),
        ("POST", Routes.Keywords, Scope.Admin),
        ("DELETE", Routes.Keywords + "/marvin", Scope.Admin),
        ("DELETE", Routes.EventHistory + "?streamId=kitchen-1", Scope.Admin),
        ("DELETE", Routes.Streams + "/kitchen-1", Scope.Admin),
        ("GET", Routes.Metrics, Scope.Admin),
    ];

    [Fact]
    public async Task Each_route_opens_to_its_scope_alone_and_says_what_was_needed()
    {
        await using var server = await RunningServer.StartAsync(
            [.. Scope.All.Select((scope, i) => TestKeys.Settings(i, scope, [scope])).SelectMany(all => all)]);
        foreach (var (method, route, needed) in Routed)
            foreach (var scope in Scope.All)
            {
                using var response = await server.SendWithKeyAsync(method, route, scope);
                var told = $"{method} {route} with {scope}: {response.StatusCode}";
                Assert.True(response.StatusCode != HttpStatusCode.Unauthorized, told);
                Assert.True((response.StatusCode == HttpStatusCode.Forbidden) == (scope != needed), told);
                if (scope == needed) continue;
                Assert.Equal($"Expected a key or token with the scope '{needed}', got one with {scope}.", await DetailOfAsync(response));
            }
    }

    [Fact]
    public async Task No_route_behind_the_door_is_without_a_scope()
    {
        await using var server = await RunningServer.StartAsync();
        var open = server.Part<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(route => route.Metadata.GetMetadata<Permission>() is null)
            .Select(route => (route.RoutePattern.RawText, Guarded: route.Metadata.GetOrderedMetadata<IAuthorizeData>().Count > 0))
            .Distinct().ToArray();
        string[] scopeless = [Routes.HealthLive, Routes.HealthReady, "/openapi/{documentName}.json", "/api/tokens"];
        Assert.All(open, route => Assert.Contains(route.RawText, scopeless));
        Assert.All(open, route => Assert.Equal(!route.RawText!.StartsWith("/health", StringComparison.Ordinal), route.Guarded));
    }

    [Fact]
    public async Task Key_for_certain_streams_opens_those_alone()
    {
        await using var server = await RunningServer.StartAsync(TestKeys.Settings(0, "kitchen", Scope.All, "kitchen*", "hall"));
        using (var mine = await MediaSender.OpenAsync(server, "kitchen-1", TestKeys.QueryOf("kitchen")))
        using (var hall = await MediaSender.OpenAsync(server, "hall", TestKeys.QueryOf("kitchen")))
        {
            var bedroom = await server.Registry.OpenAsync(new("bedroom", new(1, new("pcm_s16le", 16_000, 1))), "test");
            await bedroom.AcceptAsync(new(MediaKind.Audio, default, new byte[2]));
            using var streams = await server.SendWithKeyAsync("GET", Routes.Streams, "kitchen");
            var listed = (await streams.Content.ReadFromJsonAsync<JsonElement>()).EnumerateArray();
            Assert.Equal(["hall", "kitchen-1"], listed.Select(stream => stream.GetProperty("streamId").GetString()).Order());
        }
        foreach (var (method, route) in ((string, string)[])[
            ("PUT", "/media/bedroom"), ("GET", "/media/hall2"),
            ("GET", Routes.Events + "?streamId=bedroom"), ("GET", Routes.Events + "?streamId=kitchen&streamId=bedroom"),
            ("GET", Routes.EventHistory + "?streamId=bedroom"), ("DELETE", Routes.EventHistory + "?streamId=bedroom"),
            ("DELETE", Routes.Streams + "/bedroom"), ("GET", Routes.Clips + "?streamId=bedroom"), ("GET", Routes.Clips + "/bedroom/x.wav")])
        {
            using var response = await server.SendWithKeyAsync(method, route, "kitchen");
            Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
            Assert.StartsWith("Expected a stream out of kitchen*, hall,", await DetailOfAsync(response), StringComparison.Ordinal);
        }
        foreach (var route in (string[])[Routes.Events, Routes.EventHistory])
        {
            using var all = await server.SendWithKeyAsync("GET", route, "kitchen");
            Assert.Equal(HttpStatusCode.Forbidden, all.StatusCode);
            Assert.Contains("name one out of kitchen*, hall", await DetailOfAsync(all), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Hub_holds_each_call_to_scope_and_stream()
    {
        await using var server = await RunningServer.StartAsync(TestKeys.Settings(0, "kitchen", [Scope.Subscribe], "kitchen*"));
        var (hub, _) = await HubClient.ConnectAsync(server, TestKeys.QueryOf("kitchen"));
        await using var connection = hub;
        await hub.InvokeAsync(HubMethods.Watch, "kitchen-1");
        await hub.InvokeAsync<EventCursor>(HubMethods.Position, "kitchen-1");
        await RefusedAsync(() => hub.InvokeAsync(HubMethods.Watch, "bedroom"), "kitchen*");
        await RefusedAsync(() => hub.InvokeAsync(HubMethods.WatchAfter, "bedroom", "x:1"), "kitchen*");
        await RefusedAsync(() => hub.InvokeAsync<EventCursor>(HubMethods.Position, "bedroom"), "kitchen*");
        await RefusedAsync(() => FirstAsync<StreamEvent>(HubMethods.Subscribe, new EventFilter("bedroom")), "kitchen*");
        await RefusedAsync(() => FirstAsync<StreamEvent>(HubMethods.Subscribe, new EventFilter()), "kitchen*");
        await RefusedAsync(() => FirstAsync<JobStatus>(HubMethods.Job, "x"), "'score'");
        var (hello, nothing) = (new MediaHello(1, new AudioFormat("pcm_s16le", 16_000, 1)), AsyncEnumerable.Empty<MediaChunk>());
        await RefusedAsync(() => hub.InvokeAsync<ClosedEvent>(HubMethods.Publish, "kitchen-1", hello, nothing), "'publish'");

        async Task FirstAsync<T>(string method, object argument)
        {
            await foreach (var _ in hub.StreamAsync<T>(method, argument)) return;
        }
    }

    [Fact]
    public async Task Backup_is_for_who_may_see_every_stream()
    {
        await using var server = await RunningServer.StartAsync(
            [.. TestKeys.Settings(0, "kitchen", [Scope.Admin, Scope.Subscribe], "kitchen*"),
                .. TestKeys.Settings(1, "caretaker", [Scope.Admin]), .. TestKeys.Settings(2, "owner", [Scope.Admin, Scope.Subscribe])]);
        Assert.Equal(HttpStatusCode.Forbidden, await CallAsync("GET", "kitchen"));
        Assert.Equal(HttpStatusCode.Forbidden, await CallAsync("GET", "kitchen", "?streamId=kitchen-1"));
        Assert.Equal(HttpStatusCode.Forbidden, await CallAsync("GET", "caretaker"));
        Assert.Equal(HttpStatusCode.OK, await CallAsync("GET", "owner"));
        Assert.Equal(HttpStatusCode.Forbidden, await CallAsync("POST", "kitchen"));
        Assert.Equal(HttpStatusCode.BadRequest, await CallAsync("POST", "caretaker"));

        async Task<HttpStatusCode> CallAsync(string method, string key, string query = "")
        {
            using var body = method == "POST" ? new ByteArrayContent([]) : null;
            using var response = await server.SendWithKeyAsync(method, Routes.Backup + query, key, body);
            return response.StatusCode;
        }
    }

    [Fact]
    public async Task Key_for_certain_streams_changes_words_of_those_alone()
    {
        await using var server = await RunningServer.StartAsync(
            [.. TestKeys.Settings(0, "kitchen", [Scope.Admin], "kitchen*"), .. TestKeys.Settings(1, "all", [Scope.Admin])]);
        Assert.Equal(HttpStatusCode.Forbidden, await AddAsync("kitchen", new KeywordRequest("hey marvin")));
        Assert.Equal(HttpStatusCode.Forbidden, await AddAsync("kitchen", new KeywordRequest("hey marvin", Streams: ["kitchen-1", "hall"])));
        Assert.Equal(HttpStatusCode.Created, await AddAsync("kitchen", new KeywordRequest("hey marvin", Streams: ["kitchen-1"])));
        Assert.Equal(HttpStatusCode.Created, await AddAsync("all", new KeywordRequest("hey arthur")));
        Assert.Equal(HttpStatusCode.Forbidden, await AddAsync("kitchen", new KeywordRequest("hey arthur", Streams: ["kitchen-1"])));
        using var removed = await server.SendWithKeyAsync("DELETE", Routes.Keywords + "/hey%20arthur", "kitchen");
        Assert.Equal(HttpStatusCode.Forbidden, removed.StatusCode);

        async Task<HttpStatusCode> AddAsync(string name, KeywordRequest keyword)
        {
            using var content = JsonContent.Create(keyword, options: ContractsJson.Options);
            using var response = await server.SendWithKeyAsync("POST", Routes.Keywords, name, content);
            return response.StatusCode;
        }
    }

    [Theory]
    [InlineData("", "", Scope.Publish, "", "Keys:0:Name", "Keys:0:Sha256")]
    [InlineData("a", "abc", "everything", "a b", "Keys:0:Sha256", "Keys:0:Scopes", "Keys:0:Streams")]
    public async Task Key_that_can_not_be_stops_the_start(string name, string digest, string scope, string stream, params string[] settings)
    {
        var streams = stream.Length == 0 ? [] : ((string, string)[])[("Security:Keys:0:Streams:0", stream)];
        var fault = await Assert.ThrowsAsync<OptionsValidationException>(() => RunningServer.StartAsync(
            [("Security:Keys:0:Name", name), ("Security:Keys:0:Sha256", digest), ("Security:Keys:0:Scopes:0", scope), .. streams]));
        Assert.Equal(settings.Length, fault.Failures.Count());
        Assert.All(
            settings,
            setting => Assert.Contains(fault.Failures, failure => failure.Contains("Security:" + setting, StringComparison.Ordinal)));
    }

    private static Task<string?> DetailOfAsync(HttpResponseMessage response) => ProblemAnswer.DetailOfAsync(response, FaultCodes.Forbidden);

    private static async Task RefusedAsync(Func<Task> call, string needed)
    {
        var refused = await Assert.ThrowsAsync<HubException>(call);
        Assert.Contains($"{FaultCodes.Forbidden}: ", refused.Message, StringComparison.Ordinal);
        Assert.Contains(needed, refused.Message, StringComparison.Ordinal);
    }
}
