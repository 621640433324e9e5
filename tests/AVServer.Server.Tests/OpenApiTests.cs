using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using AVServer.Contracts;
using AVServer.Server.Scoring;
using AVServer.Server.Storage.Clips;
using AVServer.Server.Tests.Kit;
using AVServer.TestKit;
using Microsoft.Extensions.DependencyInjection;

namespace AVServer.Server.Tests;

/// <summary>Holds the served document to the server: each route is called, and what it answers must be what the document says.</summary>
[Trait("Category", "server")]
public sealed class OpenApiTests : IDisposable
{
    private const string ProblemType = "application/problem+json";
    private static readonly byte[] Sound = new byte[1_000];

    private readonly TemporaryFolder _folder = new();
    private const string Retry = Routes.Jobs + "/{id}/retry";

    private readonly HashSet<(string Operation, int Status, string? Type)> _seen = [];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Every_route_answers_as_the_document_says()
    {
        await using var server = await StartAsync();
        var document = await DocumentAsync(server);

        await CallMediaAsync(server, document);
        await CallScoreAsync(server, document);
        await CallSourcesAsync(server, document);
        await CallEventsAsync(server, document);
        await CallKeywordsAsync(server, document);
        await CallTheRestAsync(server, document);
        await CallGivenUpJobsAsync(server, document);

        foreach (var (operation, described) in Operations(document))
        {
            foreach (var response in described.GetProperty("responses").EnumerateObject().Where(response => response.Name[0] == '2'))
                foreach (var type in TypesOf(response.Value))
                    Assert.True(
                        _seen.Contains((operation, int.Parse(response.Name), type)),
                        $"{operation} was never seen to answer {response.Name} {type}.");
            if (!operation.EndsWith(Routes.HealthLive, StringComparison.Ordinal))
                Assert.True(_seen.Any(seen => seen.Operation == operation && seen.Status >= 400), $"{operation} was never seen to refuse.");
        }
    }

    [Fact]
    public async Task Every_guarded_route_says_that_it_needs_a_key_and_answers_so()
    {
        await using var server = await RunningServer.StartAsync(("Security:ApiKey", TestKeys.ApiKey));
        using var asked = new HttpRequestMessage(HttpMethod.Get, Routes.OpenApi) { Headers = { { "X-Api-Key", TestKeys.ApiKey } } };
        using var answer = await server.Http.SendAsync(asked);
        var document = await answer.Content.ReadFromJsonAsync<JsonElement>();
        foreach (var (operation, described) in Operations(document).Where(one => one.Described.TryGetProperty("security", out _)))
        {
            var (method, route) = (operation.Split(' ')[0], operation.Split(' ')[1]);
            var path = route.Replace("{streamId}", "s").Replace("{name}", "n").Replace("{id}", "i");
            await CallAsync(server, document, method, route, path, 401);
            Assert.All(["401", "403", "421", "429", "500"], status =>
                Assert.Equal([ProblemType], TypesOf(described.GetProperty("responses").GetProperty(status))));
        }
        Assert.True(_seen.Count > 15);
    }

    private async Task CallMediaAsync(RunningServer server, JsonElement document)
    {
        await MediaAsync("s", "video/webm", 200);
        await MediaAsync("-s", "video/webm", 400);
        await MediaAsync("s", "text/plain", 415);
        await MediaAsync("s", "video/webm", 422, "bad!"u8.ToArray());
        using var sender = await MediaSender.OpenAsync(server, "taken");
        await MediaAsync("taken", "video/webm", 409);
        await CallAsync(server, document, "get", Routes.Streams, Routes.Streams, 200);
        await CallAsync(server, document, "delete", Routes.Streams + "/{streamId}", Routes.Streams + "/taken", 204);
        await CallAsync(server, document, "delete", Routes.Streams + "/{streamId}", Routes.Streams + "/taken", 404);

        Task MediaAsync(string stream, string type, int status, byte[]? body = null) =>
            CallAsync(server, document, "put", Routes.Media, $"/media/{stream}", status, Body(body ?? Sound, type));
    }

    private async Task CallSourcesAsync(RunningServer server, JsonElement document)
    {
        const string BySource = Routes.Sources + "/{streamId}";
        await using var media = await MediaServer.StartAsync(MediaServer.EndlessWavAsync);
        await AddAsync(201, media.Url);
        await CallAsync(server, document, "get", Routes.Stream, Routes.Streams + "/pulled", 200);
        await CallAsync(server, document, "get", Routes.Stream, Routes.Streams + "/nobody", 404);
        await CallAsync(server, document, "get", Routes.Sources, Routes.Sources, 200);
        await AddAsync(409, media.Url);
        await CallAsync(server, document, "delete", BySource, Routes.Sources + "/pulled", 204);
        await CallAsync(server, document, "delete", BySource, Routes.Sources + "/pulled", 404);
        await AddAsync(202, "http://127.0.0.1:1/", "?wait=false");
        await CallAsync(server, document, "delete", Routes.Stream, Routes.Streams + "/pulled", 204);
        await AddAsync(400, "ftp://a/");
        await AddAsync(403, "http://10.0.0.1/");
        await AddAsync(502, "http://127.0.0.1:1/");
        await CallAsync(server, document, "post", Routes.Streams, Routes.Streams, 415, Body(Sound, "text/plain"));

        Task AddAsync(int status, string url, string query = "") => CallAsync(
            server, document, "post", Routes.Streams, Routes.Streams + query, status,
            Json($$"""{"streamId":"pulled","url":"{{url}}"}"""));
    }

    private async Task CallScoreAsync(RunningServer server, JsonElement document)
    {
        foreach (var format in (string[])["json", "csv", "vtt", "html"]) await ScoreAsync($"?format={format}", 200);
        await ScoreAsync("?posteriors=yes", 400);
        await ScoreAsync("?model=none", 404);
        await ScoreAsync("", 413, Body(new byte[20_000], "audio/wav"));
        await ScoreAsync("", 415, Body(Sound, "text/plain"));
        await ScoreAsync("", 422, Body("bad!"u8.ToArray(), "audio/wav"));

        server.Pipeline.Pause();
        var job = await ScoreAsync("?job=true", 202);
        var id = JsonDocument.Parse(job).RootElement.GetProperty("id").GetString();
        await CallAsync(server, document, "get", Routes.Jobs, Routes.Jobs, 200);
        await JobAsync("get", "/result", 409);
        server.Pipeline.Resume();
        await server.Part<JobStore>().Get(id!).Completion.WaitAsync(TestTimeout.Longest);
        await JobAsync("get", "", 200);
        foreach (var format in (string[])["json", "csv", "vtt", "html"]) await JobAsync("get", "/result", 200, $"?format={format}");
        await JobAsync("get", "/result", 400, "?format=pdf");
        await JobAsync("delete", "", 204);
        await JobAsync("delete", "", 404);
        await JobAsync("get", "", 404);
        await JobAsync("get", "/result", 404);

        Task<string> ScoreAsync(string query, int status, HttpContent? body = null) =>
            CallAsync(server, document, "post", Routes.Score, Routes.Score + query, status, body ?? Body(Sound, "audio/wav"));

        Task<string> JobAsync(string method, string what, int status, string query = "") =>
            CallAsync(server, document, method, Routes.Jobs + "/{id}" + what, $"{Routes.Jobs}/{id}{what}{query}", status);
    }

    private async Task CallGivenUpJobsAsync(RunningServer server, JsonElement document)
    {
        await CallAsync(server, document, "post", Retry, $"{Routes.Jobs}/none/retry", 404);
        await using var nodes = await RunningServer.StartAsync(
            builder => builder.Services.AddSingleton<IJobStore>(new GivenUpJob()));
        await CallAsync(nodes, document, "get", Routes.GivenUpJobs, Routes.GivenUpJobs, 200);
        await CallAsync(nodes, document, "post", Retry, $"{Routes.Jobs}/{GivenUpJob.Id}/retry", 200);
    }

    private async Task CallEventsAsync(RunningServer server, JsonElement document)
    {
        await CallAsync(server, document, "get", Routes.Events, Routes.Events + "?streamId=s", 200);
        await CallAsync(server, document, "get", Routes.Events, Routes.Events + "?types=none", 400);
        await CallAsync(server, document, "get", Routes.EventHistory, Routes.EventHistory, 200);
        await CallAsync(server, document, "get", Routes.EventHistory, Routes.EventHistory + "?limit=0", 400);
        await server.Part<ClipStore>().Folder!.WriteAsync(new EventClip("s", 1, DateTimeOffset.UtcNow, 16_000, new short[10]), default);
        var clip = Assert.Single(server.Part<ClipStore>().Folder!.List());
        await CallAsync(server, document, "get", Routes.Clips, Routes.Clips, 200);
        await CallAsync(server, document, "get", Routes.Clips, Routes.Clips + "?streamId=-s", 400);
        await CallAsync(server, document, "get", Routes.Clips + "/{streamId}/{name}", clip.Path, 200);
        await CallAsync(server, document, "get", Routes.Clips + "/{streamId}/{name}", clip.Path + "x", 404);
        await CallAsync(server, document, "get", Routes.Backup, Routes.Backup, 200);
        await using (var another = await RunningServer.StartAsync())
        {
            var backup = await another.Http.GetByteArrayAsync(Routes.Backup);
            await CallAsync(server, document, "post", Routes.Backup, Routes.Backup, 200, Body(backup, "application/gzip"));
            await CallAsync(server, document, "post", Routes.Backup, Routes.Backup, 400, Body(backup[..20], "application/gzip"));
        }
        await CallAsync(server, document, "delete", Routes.EventHistory, Routes.EventHistory + "?streamId=s", 200);
        await CallAsync(server, document, "delete", Routes.EventHistory, Routes.EventHistory, 400);
    }

    private async Task CallKeywordsAsync(RunningServer server, JsonElement document)
    {
        const string ByName = Routes.Keywords + "/{name}";
        await AddAsync(404, Json("""{"text":"!"}"""));   // nothing here could find words
        server.Pipeline.Models = [.. server.Pipeline.Models, .. FakeKeywords.Models];
        await AddAsync(201, Json("""{"text":"hey marvin"}"""));
        await AddAsync(200, Json("""{"text":"hey marvin"}"""));
        await AddAsync(400, Json("""{"text":"!"}"""));
        await AddAsync(400, Json("no JSON"));
        await AddAsync(413, Json($$"""{"text":"{{new string('x', 20_000)}}"}"""));
        await AddAsync(415, Body(Sound, "text/plain"));
        await CallAsync(server, document, "get", Routes.Keywords, Routes.Keywords, 200);
        await CallAsync(server, document, "get", ByName, Routes.Keywords + "/hey%20marvin", 200);
        await CallAsync(server, document, "get", ByName, Routes.Keywords + "/nobody", 404);
        await RecordAsync("hey%20marvin", 200, Form(Sound, Sound, Sound));
        await RecordAsync("nobody", 404, Form(Sound, Sound, Sound));
        await RecordAsync("hey%20marvin", 400, Form(Sound, "!"u8.ToArray()));
        await RecordAsync("hey%20marvin", 413, Form(new byte[5 << 20]));
        await RecordAsync("hey%20marvin", 415, Body(Sound, "audio/wav"));
        await RecordAsync("hey%20marvin", 422, Form([[]]));
        await CallAsync(server, document, "delete", Routes.KeywordRecordings, Routes.Keywords + "/hey%20marvin/recordings", 204);
        await CallAsync(server, document, "delete", Routes.KeywordRecordings, Routes.Keywords + "/hey%20marvin/recordings", 404);
        await CallAsync(server, document, "delete", ByName, Routes.Keywords + "/hey%20marvin", 204);
        await CallAsync(server, document, "delete", ByName, Routes.Keywords + "/hey%20marvin", 404);

        Task RecordAsync(string word, int status, HttpContent body) =>
            CallAsync(server, document, "post", Routes.KeywordRecordings, $"{Routes.Keywords}/{word}/recordings", status, body);

        Task AddAsync(int status, HttpContent body) => CallAsync(server, document, "post", Routes.Keywords, Routes.Keywords, status, body);
    }

    private static MultipartFormDataContent Form(params byte[][] files)
    {
        var form = new MultipartFormDataContent();
        foreach (var file in files) form.Add(new ByteArrayContent(file), "recording", "a.wav");
        return form;
    }

    private async Task CallTheRestAsync(RunningServer server, JsonElement document)
    {
        await CallAsync(server, document, "get", Routes.Models, Routes.Models, 200);
        await CallAsync(server, document, "post", Routes.Tokens, Routes.Tokens, 200, Json("""{"scopes":["publish"],"seconds":60}"""));
        await CallAsync(server, document, "post", Routes.Tokens, Routes.Tokens, 400, Json("""{"seconds":0}"""));
        await CallAsync(server, document, "post", Routes.Tokens, Routes.Tokens, 415, Body(Sound, "text/plain"));
        await CallAsync(server, document, "get", Routes.HealthLive, Routes.HealthLive, 200);
        await CallAsync(server, document, "get", Routes.HealthReady, Routes.HealthReady, 200);
        server.Pipeline.Models = [];
        await CallAsync(server, document, "get", Routes.HealthReady, Routes.HealthReady, 503);
        // Of a host by which it isn't reached nothing is answered; so every route can refuse.
        string[] refusing =
            [Routes.Models, Routes.Keywords, Routes.Streams, Routes.Sources, Routes.Jobs, Routes.GivenUpJobs, Routes.Backup];
        foreach (var route in refusing)
            await CallAsync(server, document, "get", route, route, 421, host: "elsewhere.example");
    }

    private async Task<string> CallAsync(
        RunningServer server, JsonElement document, string method, string route, string path, int status, HttpContent? body = null,
        string? host = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method.ToUpperInvariant()), path) { Content = body };
        request.Headers.Host = host;
        using var response = await server.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        var type = response.Content.Headers.ContentType?.MediaType;
        // A stream of events has no end; of others an error is told with what the server said.
        var text = type == "text/event-stream" ? "" : await response.Content.ReadAsStringAsync();
        Assert.True((int)response.StatusCode == status, $"Expected {status} of {method} {path}, got {(int)response.StatusCode}: {text}");
        var responses = document.GetProperty("paths").GetProperty(route).GetProperty(method).GetProperty("responses");
        Assert.True(
            responses.TryGetProperty($"{status}", out var described), $"{method} {route} answers {status}, which isn't documented.");
        Assert.Contains(type, TypesOf(described));
        _seen.Add(($"{method} {route}", status, type));
        return text;
    }

    private static IEnumerable<string?> TypesOf(JsonElement response) =>
        response.TryGetProperty("content", out var content)
            ? content.EnumerateObject().Select(type => (string?)type.Name)
            : (string?[])[null];

    private static IEnumerable<(string Operation, JsonElement Described)> Operations(JsonElement document) =>
        from path in document.GetProperty("paths").EnumerateObject()
        from operation in path.Value.EnumerateObject()
        select ($"{operation.Name} {path.Name}", operation.Value);

    private static Task<JsonElement> DocumentAsync(RunningServer server) => server.Http.GetFromJsonAsync<JsonElement>(Routes.OpenApi);

    private static ByteArrayContent Body(byte[] bytes, string type) =>
        new(bytes) { Headers = { ContentType = MediaTypeHeaderValue.Parse(type) } };

    private static StringContent Json(string text) => new(text, MediaTypeHeaderValue.Parse("application/json"));

    private Task<RunningServer> StartAsync() => RunningServer.StartAsync(
        ("Pull:AllowedNetworks:0", "127.0.0.1/32"),
        ("Server:Limits:MaxUploadBytes", "10000"),
        ("History:Provider", "sqlite"),
        ("History:Path", Path.Combine(_folder.Path, "history.db")),
        ("History:Clips:Path", Path.Combine(_folder.Path, "clips")));
}
