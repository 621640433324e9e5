using System.Diagnostics;
using System.Net.Http.Json;
using AVServer.Contracts;
using AVServer.Server.Observability;
using AVServer.Server.Scoring;
using AVServer.Server.Tests.Kit;
using AVServer.Server.Tests.Streams;
using AVServer.TestKit;
using Microsoft.Extensions.Options;

namespace AVServer.Server.Tests.Observability;

/// <summary>
/// What goes to a collector, and that nothing does without one. Alone, since other servers of the process would be traced too.
/// </summary>
[Trait("Category", "server")]
[Collection(nameof(ManyStreamsTests))]
public sealed class TelemetryTests
{
    private const string Key = TestKeys.ApiKey;

    [Fact]
    public async Task Collector_gets_requests_streams_jobs_and_figures_but_no_key_word_or_file_name()
    {
        await using var collector = await Collector.StartAsync();
        string jobId;
        // The library would take this one out of the environment and let the key through.
        (string, string) indiscreet = ("OTEL_DOTNET_EXPERIMENTAL_ASPNETCORE_DISABLE_URL_QUERY_REDACTION", "true");
        (string, string) endpoint = ("Telemetry:OtlpEndpoint", collector.Url);
        await using (var server = await RunningServer.StartAsync(endpoint, ("Security:ApiKey", Key), indiscreet))
        {
            jobId = await UseAsync(server);
            await server.StopAsync();
        }
        var (traces, metrics) = (collector.Text("/v1/traces"), collector.Text("/v1/metrics"));
        Assert.All(
            ["avserver.stream.id", "lobby", "webSocket", "avserver.stream.close_reason", "avserver.job.id", jobId, Routes.Streams,
                "Microsoft.AspNetCore"], text => Assert.Contains(text, traces));
        Assert.All(["avserver.streams.opened", "avserver.score.duration"], text => Assert.Contains(text, metrics));
        Assert.All(
            [Key, "Word!!", "computer", "secret-file.wav", Routes.HealthLive, Routes.Metrics],
            text => Assert.DoesNotContain(text, traces + metrics));
        Assert.DoesNotContain(collector.Requests, request => request.Path is not ("/v1/traces" or "/v1/metrics"));
    }

    [Fact]
    public async Task Nothing_is_sent_or_traced_without_a_collector_whatever_the_environment_says()
    {
        await using var collector = await Collector.StartAsync();
        // The library takes the environment's variables out of the configuration.
        await using (var server = await RunningServer.StartAsync(("OTEL_EXPORTER_OTLP_ENDPOINT", collector.Url), ("Security:ApiKey", Key)))
        {
            await UseAsync(server);
            Assert.Null(ServerTraces.StartScore());
            await server.StopAsync();
        }
        Assert.Empty(collector.Requests);
    }

    [Fact]
    public async Task Streams_span_is_one_within_its_request_and_says_how_it_ended()
    {
        var ended = new List<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == ServerTraces.SourceName,
            Sample = (ref _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = activity => { lock (ended) ended.Add(activity); },
        };
        ActivitySource.AddActivityListener(listener);
        await using var server = await RunningServer.StartAsync();
        using (var good = await MediaSender.OpenAsync(server, "good"))
        {
            await good.SendAsync(0, "Word!!");
            await good.CloseAsync();
        }
        using (var bad = await MediaSender.OpenAsync(server, "bad"))
        {
            await bad.SendTextAsync("no such text");
            await bad.ReceiveAllAsync();
        }
        ended.RemoveAll(span => span.OperationName != "stream");
        Assert.Equal(["good", "bad"], ended.Select(span => span.GetTagItem("avserver.stream.id")));
        Assert.All(ended, span => Assert.NotNull(span.ParentId));
        Assert.Equal(["Completed", "Faulted"], ended.Select(span => span.GetTagItem("avserver.stream.close_reason")));
        Assert.Equal([ActivityStatusCode.Unset, ActivityStatusCode.Error], ended.Select(span => span.Status));
        Assert.All(ended.SelectMany(span => span.TagObjects), tag => Assert.StartsWith("avserver.stream.", tag.Key));
    }

    [Fact]
    public async Task Events_span_goes_from_the_sounds_arrival_to_its_publication_within_its_stream()
    {
        var ended = new List<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == ServerTraces.SourceName,
            Sample = (ref _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = activity => { lock (ended) ended.Add(activity); },
        };
        ActivitySource.AddActivityListener(listener);
        await using var server = await RunningServer.StartAsync();
        server.Pipeline.Pause();
        using (var sender = await MediaSender.OpenAsync(server, "s"))
        {
            await sender.SendAsync(0, "Word!!");
            await Task.Delay(300);
            server.Pipeline.Resume();
            await sender.CloseAsync();
        }
        var happened = Assert.Single(ended, span => span.OperationName == "event");
        var stream = ended.Single(span => span.OperationName == "stream");
        Assert.Equal((stream.TraceId, stream.SpanId), (happened.TraceId, happened.ParentSpanId));
        Assert.True(happened.Duration > TimeSpan.FromSeconds(0.25), $"{happened.Duration}");
        Assert.Equal(
            [("avserver.stream.id", "s"), ("avserver.event.type", "wakeWord"), ("avserver.event.sequence", 2L)],
            happened.TagObjects.Select(tag => (tag.Key, tag.Value)));
        var scrape = await Scrape.OfAsync(server);
        Assert.Equal(1, scrape["avserver_event_delay_seconds_count", ("type", "wakeWord")]);
        Assert.True(scrape["avserver_event_delay_seconds_sum"] > 0.25);
    }

    [Fact]
    public async Task Share_of_the_traces_is_sent_and_figures_name_one()
    {
        await using var collector = await Collector.StartAsync();
        (string, string) endpoint = ("Telemetry:OtlpEndpoint", collector.Url);
        await using (var server = await RunningServer.StartAsync(endpoint, ("Telemetry:TraceRatio", "0"), ("Security:ApiKey", Key)))
        {
            await UseAsync(server);
            await server.StopAsync();
        }
        Assert.Equal("", collector.Text("/v1/traces"));
        Assert.Contains("avserver.event.delay", collector.Text("/v1/metrics"));
        await using var traced = await RunningServer.StartAsync(endpoint);
        using (var sender = await MediaSender.OpenAsync(traced, "s"))
        {
            await sender.SendAsync(0, "Word!!");
            await sender.CloseAsync();
        }
        using var request = new HttpRequestMessage(HttpMethod.Get, Routes.Metrics);
        request.Headers.Accept.ParseAdd("application/openmetrics-text");
        using var scraped = await traced.Http.SendAsync(request);
        Assert.Matches(@"avserver_event_delay_seconds_bucket\{[^}]*\} 1 # \{[^}]*trace_id=", await scraped.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Share_that_is_none_stops_the_start()
    {
        var error = await Assert.ThrowsAnyAsync<OptionsValidationException>(
            () => RunningServer.StartAsync(("Telemetry:TraceRatio", "1.5")));
        Assert.Contains("Telemetry:TraceRatio of 0 to 1", error.Message);
    }

    [Theory]
    [InlineData("collector:4318")]
    [InlineData("/v1")]
    [InlineData("ftp://collector/")]
    public async Task Address_that_can_not_be_stops_the_start(string address)
    {
        var error = await Assert.ThrowsAnyAsync<OptionsValidationException>(
            () => RunningServer.StartAsync(("Telemetry:OtlpEndpoint", address)));
        Assert.Contains("Telemetry:OtlpEndpoint", error.Message);
    }

    private static async Task<string> UseAsync(RunningServer server)
    {
        using (var sender = await MediaSender.OpenAsync(server, "lobby", $"?access_token={Key}"))
        {
            await sender.SendAsync(0.5, "Word!!");
            await sender.CloseAsync();
        }
        foreach (var route in (string[])[Routes.Streams, Routes.HealthLive, Routes.Metrics])
            (await server.Http.GetAsync($"{route}?access_token={Key}")).EnsureSuccessStatusCode().Dispose();
        using var body = new ByteArrayContent("Word!!"u8.ToArray()) { Headers = { ContentType = new("audio/wav") } };
        using var submitted = await server.Http.PostAsync($"{Routes.Score}?job=true&fileName=secret-file.wav&access_token={Key}", body);
        var job = (await submitted.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JobStatus>(ContractsJson.Options))!;
        await server.Part<JobStore>().Get(job.Id).Completion.WaitAsync(TestTimeout.Longest);
        return job.Id;
    }
}
