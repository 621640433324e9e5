using System.Net.Http.Json;
using AVServer.Contracts;
using AVServer.Pipeline;
using AVServer.TestKit;
using Microsoft.Extensions.DependencyInjection;

namespace AVServer.Server.Tests.Kit;

/// <summary>A server that pulls from this machine's loopback, and waits for little.</summary>
internal sealed class PullingServer : IAsyncDisposable
{
    private static readonly (string Key, string Value)[] Usual =
        [("Pull:AllowedNetworks:0", "127.0.0.1/32"), ("Pull:FirstPause", "00:00:00.200"), ("Pull:LongestPause", "00:00:00.400")];

    private PullingServer(RunningServer server, HearingPipeline pipeline) => (Server, Pipeline) = (server, pipeline);

    public RunningServer Server { get; }

    public HearingPipeline Pipeline { get; }

    public static async Task<PullingServer> StartAsync(params (string Key, string Value)[] settings)
    {
        var pipeline = new HearingPipeline();
        var server = await RunningServer.StartAsync(
            builder => builder.Services.AddSingleton<IStreamPipeline>(pipeline),
            [.. Usual.ExceptBy(settings.Select(setting => setting.Key), setting => setting.Key), .. settings]);
        return new PullingServer(server, pipeline);
    }

    /// <summary>Asks for a source.</summary>
    public Task<HttpResponseMessage> AddAsync(SourceRequest request, bool wait = true) =>
        Server.Http.PostAsJsonAsync($"{Routes.Streams}{(wait ? "" : "?wait=false")}", request, ContractsJson.Options);

    /// <summary>Has a source and waits for its media.</summary>
    public async Task<StreamDetails> AddedAsync(SourceRequest request)
    {
        using var response = await AddAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.StatusCode == System.Net.HttpStatusCode.Created, text);
        return (await response.Content.ReadFromJsonAsync<StreamDetails>(ContractsJson.Options))!;
    }

    /// <summary>Asks for a source that is refused.</summary>
    /// <returns>What is told.</returns>
    public async Task<string> RefusedAsync(SourceRequest request, string code)
    {
        using var response = await AddAsync(request);
        return (await ProblemAnswer.DetailOfAsync(response, code))!;
    }

    /// <summary>How it goes with a source.</summary>
    public async Task<SourceStatus> StatusAsync(string streamId) =>
        (await Server.Http.GetFromJsonAsync<StreamDetails>($"{Routes.Streams}/{streamId}", ContractsJson.Options))!.Source!;

    /// <summary>Waits until a source is in a state.</summary>
    public async Task<SourceStatus> UntilAsync(string streamId, SourceState state)
    {
        SourceStatus? status = null;
        for (var timeout = TestTimeout.Token(); !timeout.IsCancellationRequested; await Task.Delay(20))
            if ((status = await StatusAsync(streamId)).State == state) return status;
        throw new TimeoutException($"Expected the state {state}, got {status}.");
    }

    /// <summary>The events of a stream until it is closed, those before this call among them.</summary>
    public async Task<List<StreamEvent>> EventsAsync(string streamId)
    {
        var events = new List<StreamEvent>();
        using var subscription = Server.Broker.Subscribe(
            new EventFilter(streamId, After: EventCursor.Start));
        await foreach (var streamEvent in subscription.ReadAllAsync(TestTimeout.Token()))
        {
            events.Add(streamEvent);
            if (streamEvent is ClosedEvent) return events;
        }
        throw new TimeoutException($"Expected {streamId} to be closed, got {events.Count} other events.");
    }

    public ValueTask DisposeAsync() => Server.DisposeAsync();
}
