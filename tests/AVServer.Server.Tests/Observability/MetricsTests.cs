using System.Net;
using AVServer.Contracts;
using AVServer.Pipeline;
using AVServer.Server.Delivery.Webhooks;
using AVServer.Server.Observability;
using AVServer.Server.Storage.Clips;
using AVServer.Server.Storage.History;
using AVServer.Server.Tests.Kit;
using AVServer.Server.Tests.Streams;
using AVServer.TestKit;
using Microsoft.Extensions.DependencyInjection;

namespace AVServer.Server.Tests.Observability;

/// <summary>
/// What <c>/metrics</c> gives: dashboards and alerts stand on its names. Alone, since another server of the process would be counted too.
/// </summary>
[Trait("Category", "server")]
[Collection(nameof(ManyStreamsTests))]
public sealed class MetricsTests : IDisposable
{
    // Name and labels of each series. A change here breaks somebody's dashboard.
    internal static readonly string[] Series =
    [
        "avserver_batch_failed_steps_total{model}",
        "avserver_batch_queue_delay_seconds_bucket{model,le}",
        "avserver_batch_queue_delay_seconds_count{model}",
        "avserver_batch_queue_delay_seconds_sum{model}",
        "avserver_batch_size_bucket{model,le}",
        "avserver_batch_size_count{model}",
        "avserver_batch_size_sum{model}",
        "avserver_chunk_bytes_total{}",
        "avserver_chunks_total{}",
        "avserver_clips_expired_total{}",
        "avserver_clips_lost_total{}",
        "avserver_clips_written_total{}",
        "avserver_event_delay_seconds_bucket{type,le}",
        "avserver_event_delay_seconds_count{type}",
        "avserver_event_delay_seconds_sum{type}",
        "avserver_events_forgotten_bytes_total{}",
        "avserver_events_total{type}",
        "avserver_history_expired_total{}",
        "avserver_history_failures_total{}",
        "avserver_history_lost_total{}",
        "avserver_history_written_total{}",
        "avserver_jobs_forgotten_total{}",
        "avserver_pictures_dropped_total{}",
        "avserver_readers_ended_total{}",
        "avserver_refusals_total{code}",
        "avserver_score_duration_seconds_bucket{le}",
        "avserver_score_duration_seconds_count{}",
        "avserver_score_duration_seconds_sum{}",
        "avserver_senders_waited_total{}",
        "avserver_sockets_aborted_total{}",
        "avserver_streams_admitted{}",
        "avserver_streams_closed_total{reason}",
        "avserver_streams_faulted_total{code}",
        "avserver_streams_lag_seconds{}",
        "avserver_streams_open{}",
        "avserver_streams_opened_total{}",
        "avserver_streams_refused_total{}",
        "avserver_streams_slowest_lag_seconds{}",
        "avserver_telemetry_dropped_total{}",
        "avserver_webhooks_delivered_total{}",
        "avserver_webhooks_failures_total{}",
        "avserver_webhooks_given_up_total{}",
        "avserver_webhooks_waiting{}",
    ];

    private static readonly string[] Gauges =
    [
        "avserver_streams_admitted", "avserver_streams_lag_seconds", "avserver_streams_open", "avserver_streams_slowest_lag_seconds",
        "avserver_webhooks_waiting",
    ];

    private static readonly string[] Histograms =
        ["avserver_batch_queue_delay_seconds", "avserver_batch_size", "avserver_event_delay_seconds", "avserver_score_duration_seconds"];

    private readonly TemporaryFolder _models = new();

    public void Dispose() => _models.Dispose();

    [Fact]
    public async Task Names_types_and_labels_are_those_that_dashboards_know()
    {
        // Hears silence and fails on sound, so that steps that ran and one that didn't are counted.
        new FakeSpotter { Centre = 16, FailsFrom = 15 }.Write(_models.Path);
        await using var server = await RunningServer.StartAsync(
            builder => builder.Services.AddPipeline(builder.Configuration), ("Runtime:ModelsPath", _models.Path),
            ("Pipeline:Gate", "false"));
        using (var sender = await MediaSender.OpenAsync(server, "s"))
        {
            await sender.SendAsync(0, LoudBurst.Make());
            await sender.ReceiveAllAsync();
        }
        CountTheRest(server);

        var scrape = await Scrape.OfAsync(server);

        Assert.Equal(
            Series.Order(StringComparer.Ordinal),
            scrape.Series.Select(series => $"{series.Name}{{{string.Join(',', series.Labels.Keys)}}}").Distinct()
                .Order(StringComparer.Ordinal));
        Assert.Equal("text/plain", scrape.ContentType);
        Assert.All(scrape.Types, family =>
        {
            Assert.Equal(Gauges.Contains(family.Key) ? "gauge" : Histograms.Contains(family.Key) ? "histogram" : "counter", family.Value);
            Assert.NotEmpty(scrape.Help[family.Key]);
        });
    }

    [Fact]
    public async Task Streams_chunks_and_events_by_type_are_counted()
    {
        await using var server = await RunningServer.StartAsync();
        using (var sender = await MediaSender.OpenAsync(server, "s"))
        {
            await sender.SendAsync(0, "Word!!");
            await sender.CloseAsync();
        }
        using var open = await MediaSender.OpenAsync(server, "t");
        server.Part<ServerMetrics>().Scored(TimeSpan.FromSeconds(1.5));
        var scrape = await Scrape.OfAsync(server);
        Assert.Equal(1, scrape["avserver_streams_open"]);
        Assert.Equal(2, scrape["avserver_streams_opened_total"]);
        Assert.Equal(1, scrape["avserver_chunks_total"]);
        Assert.Equal(6, scrape["avserver_chunk_bytes_total"]);
        Assert.Equal(1, scrape["avserver_events_total", ("type", "wakeWord")]);
        Assert.Equal(2, scrape["avserver_events_total", ("type", "opened")]);
        Assert.Equal(
            (0, 1),
            (scrape["avserver_score_duration_seconds_bucket", ("le", "1")], scrape["avserver_score_duration_seconds_bucket", ("le", "5")]));
        Assert.Equal((1, 1.5), (scrape["avserver_score_duration_seconds_count"], scrape["avserver_score_duration_seconds_sum"]));
    }

    [Fact]
    public async Task Counts_at_the_very_start_are_not_missed()
    {
        await using var server = await RunningServer.StartAsync(builder => builder.Services.AddHostedService<CountsAtStart>());
        Assert.Equal(7, (await Scrape.OfAsync(server))["avserver_clips_expired_total"]);
    }

    [Fact]
    public async Task Metrics_are_read_by_get_alone()
    {
        await using var server = await RunningServer.StartAsync();
        using var response = await server.Http.PostAsync(Routes.Metrics, null);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, response.StatusCode);
    }

    private static void CountTheRest(RunningServer server)
    {
        var metrics = server.Part<ServerMetrics>();
        metrics.TelemetryDropped();
        metrics.StreamRefused();
        metrics.Refused(FaultCodes.ServerBusy);
        metrics.SenderWaited();
        metrics.PicturesDropped();
        metrics.SocketAborted();
        metrics.EventsForgotten(1);
        metrics.JobsForgotten(1);
        metrics.EventPublished(new FaultEvent(FaultCodes.Internal, "An example."));
        metrics.EventDelayed(new SpeechEvent("", TimeSpan.Zero, TimeSpan.Zero), TimeSpan.FromSeconds(0.1));
        metrics.SlowReaderEnded();
        metrics.Scored(TimeSpan.FromSeconds(1));
        var history = server.Part<HistoryMetrics>();
        history.Written(1);
        history.Lost(1);
        history.Failed();
        history.Expired(1);
        var clips = server.Part<ClipMetrics>();
        clips.Written();
        clips.Lost();
        clips.Expired(1);
        var webhooks = server.Part<WebhookMetrics>();
        webhooks.Queued();
        webhooks.Delivered();
        webhooks.Failed();
        webhooks.GivenUp();
    }

    private sealed class CountsAtStart(ClipMetrics metrics) : Microsoft.Extensions.Hosting.IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken)
        {
            metrics.Expired(7);
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
