using System.Net;
using System.Net.Http.Json;
using System.Text;
using AVServer.Contracts;
using AVServer.Pipeline;
using AVServer.Server.Tests.Kit;
using Microsoft.Extensions.DependencyInjection;

namespace AVServer.Server.Tests.Keywords;

/// <summary>Words that are given as text, over HTTP; the registry is a fake.</summary>
[Trait("Category", "server")]
public sealed class KeywordsTests
{
    private const string Marvin = Routes.Keywords + "/hey%20marvin";

    [Fact]
    public async Task Word_is_added_found_replaced_and_removed()
    {
        await using var server = await StartAsync();
        using var created = await AddAsync(server, """{"text":"Hey Marvin"}""");
        Assert.Equal((HttpStatusCode.Created, Marvin), (created.StatusCode, created.Headers.Location?.OriginalString));
        var added = (await created.Content.ReadFromJsonAsync<KeywordDetails>(ContractsJson.Options))!;
        Assert.Equal(("hey marvin", 0.5, 1.0), (added.Name, added.Request.FalseAlarmsPerHour, added.Request.RefractorySeconds));
        Assert.Null(added.Request.Streams);

        using var replaced = await AddAsync(
            server, """{"text":"hey marvin=HH EY","falseAlarmsPerHour":2,"refractorySeconds":3,"streams":["kitchen","hall-*","*"]}""");
        Assert.Equal(HttpStatusCode.OK, replaced.StatusCode);
        var found = (await server.Http.GetFromJsonAsync<KeywordDetails>(Marvin, ContractsJson.Options))!;
        Assert.Equal((2.0, 3.0), (found.Request.FalseAlarmsPerHour, found.Request.RefractorySeconds));
        Assert.Equal("HH EY", found.Pronunciations[0].Phones);
        Assert.Equal(["kitchen", "hall-*", "*"], found.Request.Streams);

        using var removed = await server.Http.DeleteAsync(Marvin);
        Assert.Equal(HttpStatusCode.NoContent, removed.StatusCode);
        var trained = Routes.Keywords + "/computer";
        foreach (var (method, path) in new[] { (HttpMethod.Delete, Marvin), (HttpMethod.Get, Marvin), (HttpMethod.Get, trained) })
        {
            using var gone = await server.Http.SendAsync(new HttpRequestMessage(method, path));
            Assert.Equal(HttpStatusCode.NotFound, gone.StatusCode);
            Assert.Equal(FaultCodes.NotFound, await ProblemAnswer.CodeOfAsync(gone));
        }
    }

    [Fact]
    public async Task Name_with_a_slash_has_an_address_too()
    {
        await using var server = await StartAsync();
        using var created = await AddAsync(server, """{"text":"24/7 now"}""");
        using var found = await server.Http.GetAsync(created.Headers.Location);
        using var removed = await server.Http.DeleteAsync(created.Headers.Location);
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.NoContent), (found.StatusCode, removed.StatusCode));
    }

    [Fact]
    public async Task List_has_words_of_models_and_words_that_were_given_with_their_details()
    {
        await using var server = await StartAsync();
        using var added = await AddAsync(server, """{"text":"bob","falseAlarmsPerHour":2}""");
        var words = (await server.Http.GetFromJsonAsync<KeywordSummary[]>(Routes.Keywords, ContractsJson.Options))!;
        Assert.Equal(["computer", "bob"], words.Select(word => word.Keyword));
        Assert.Equal((FakePipeline.Model, 0.5f, 1.0), (words[0].Model, words[0].Threshold, words[0].FalseAlarmsPerHour));
        Assert.Null(words[0].Details);
        Assert.Equal(new ModelReference("fake-phones", "2"), words[1].Model);
        Assert.Equal((0.75f, 2.0), (words[1].Threshold, words[1].FalseAlarmsPerHour));
        Assert.Equal(["The word is short."], words[1].Details!.Warnings);
    }

    [Theory]
    [InlineData("""{"text":"no!"}""", FaultCodes.BadKeyword, "Expected words, got 'no!'.")]
    [InlineData("""{"text":"  "}""", FaultCodes.BadKeyword, "Expected words, got '  '.")]
    [InlineData("""{"falseAlarmsPerHour":1}""", FaultCodes.BadKeyword, "got none")]
    [InlineData("null", FaultCodes.BadKeyword, "got none")]
    [InlineData("""{"text":7}""", FaultCodes.BadRequest, "at $.text")]
    [InlineData("""{"text":"marvin","falseAlarmsPerHour":"few"}""", FaultCodes.BadRequest, "at $.falseAlarmsPerHour")]
    [InlineData("""{"text":"marvin","streams":["no such id"]}""", FaultCodes.BadRequest, "Expected a stream id")]
    [InlineData("""{"text":"marvin","streams":[null]}""", FaultCodes.BadRequest, "Expected a stream id")]
    [InlineData("{", FaultCodes.BadRequest, "Expected a keyword like")]
    public async Task Word_that_can_not_be_taken_is_a_problem_with_the_reason(string body, string code, string reason)
    {
        await using var server = await StartAsync();
        using var answer = await AddAsync(server, body);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains(reason, await ProblemAnswer.DetailOfAsync(answer, code), StringComparison.Ordinal);
        Assert.Empty(server.Part<IKeywordRegistry>().Keywords);
    }

    [Fact]
    public async Task Body_that_is_endless_or_no_json_is_refused()
    {
        await using var server = await StartAsync();
        using var endless = await AddAsync(server, $$"""{"text":"{{new string('a', 100_000)}}"}""");
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, endless.StatusCode);
        Assert.Equal(FaultCodes.LimitExceeded, await ProblemAnswer.CodeOfAsync(endless));
        using var form = await server.Http.PostAsync(Routes.Keywords, new FormUrlEncodedContent([new("text", "marvin")]));
        Assert.Equal(FaultCodes.UnsupportedMedia, await ProblemAnswer.CodeOfAsync(form));
    }

    [Fact]
    public async Task Server_without_a_phone_model_says_that_it_lacks_one()
    {
        await using var server = await RunningServer.StartAsync();
        using var answer = await AddAsync(server, """{"text":"no!"}""");
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Equal(FaultCodes.UnknownModel, await ProblemAnswer.CodeOfAsync(answer));
        using var score = await server.Http.PostAsync(Routes.Score + "?word=no!", new ByteArrayContent([1]));
        Assert.Equal(FaultCodes.UnknownModel, await ProblemAnswer.CodeOfAsync(score));
    }

    [Fact]
    public async Task Words_beyond_those_that_may_wait_are_refused()
    {
        var slow = new SlowKeywords();
        await using var server = await RunningServer.StartAsync(builder => builder.Services.AddSingleton<IKeywordRegistry>(slow));
        var answers = Enumerable.Range(0, 66).Select(i => AddAsync(server, $$"""{"text":"word {{i}}"}""")).ToArray();
        using var refused = await await Task.WhenAny(answers);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        Assert.Equal(FaultCodes.ServerBusy, await ProblemAnswer.CodeOfAsync(refused));
        slow.Open.SetResult();
        var others = await Task.WhenAll(answers);
        Assert.Equal((65, 1), (others.Count(answer => answer.StatusCode == HttpStatusCode.Created), slow.AtOnce));
    }

    [Theory]
    [InlineData("POST", Routes.Keywords)]
    [InlineData("GET", Marvin)]
    [InlineData("DELETE", Marvin)]
    public async Task Word_without_the_key_stays_as_it_is(string method, string path)
    {
        await using var server = await RunningServer.StartAsync(("Security:ApiKey", TestKeys.ApiKey));
        using var body = new StringContent("""{"text":"marvin"}""", Encoding.UTF8, "application/json");
        using var answer = await server.Http.SendAsync(new HttpRequestMessage(new HttpMethod(method), path) { Content = body });
        Assert.Equal(FaultCodes.Unauthorized, await ProblemAnswer.CodeOfAsync(answer));
        Assert.Empty(server.Part<IKeywordRegistry>().Keywords);
    }

    [Fact]
    public async Task Server_that_listens_for_a_given_word_alone_is_ready()
    {
        await using var server = await StartAsync();
        server.Pipeline.Models = FakeKeywords.Models;
        using var before = await server.Http.GetAsync(Routes.HealthReady);
        using var added = await AddAsync(server, """{"text":"marvin"}""");
        using var after = await server.Http.GetAsync(Routes.HealthReady);
        Assert.Equal((HttpStatusCode.ServiceUnavailable, HttpStatusCode.OK), (before.StatusCode, after.StatusCode));
    }

    private static async Task<RunningServer> StartAsync()
    {
        var server = await RunningServer.StartAsync();
        server.Pipeline.Models = [.. server.Pipeline.Models, .. FakeKeywords.Models];
        return server;
    }

    private static Task<HttpResponseMessage> AddAsync(RunningServer server, string body) =>
        server.Http.PostAsync(Routes.Keywords, new StringContent(body, Encoding.UTF8, "application/json"));

    /// <summary>Measures when it is told to.</summary>
    private sealed class SlowKeywords : IKeywordRegistry
    {
        private readonly FakeKeywords _words = new();
        private int _measuring;

        public TaskCompletionSource Open { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>The most that were measured at the same time.</summary>
        public int AtOnce { get; private set; }

        public IReadOnlyList<KeywordDetails> Keywords => _words.Keywords;

        public KeywordDetails? Find(string name) => _words.Find(name);

        public async Task<KeywordDetails> AddAsync(KeywordRequest request, CancellationToken cancellationToken)
        {
            AtOnce = Math.Max(AtOnce, Interlocked.Increment(ref _measuring));
            await Open.Task.WaitAsync(cancellationToken);
            Interlocked.Decrement(ref _measuring);
            return await _words.AddAsync(request, cancellationToken);
        }

        public Task<KeywordDetails?> EnrolAsync(
            string name, IReadOnlyList<KeywordRecording> recordings, CancellationToken cancellationToken) =>
            _words.EnrolAsync(name, recordings, cancellationToken);

        public Task<bool> ForgetRecordingsAsync(string name, CancellationToken cancellationToken) =>
            _words.ForgetRecordingsAsync(name, cancellationToken);

        public bool Remove(string name) => _words.Remove(name);

        public MeasuredKeyword? Export(string name) => _words.Export(name);

        public Task ImportAsync(string json, CancellationToken cancellationToken) => _words.ImportAsync(json, cancellationToken);
    }
}
