using AVServer.Contracts;
using AVServer.Server.Security;
using Microsoft.Extensions.Options;
using OpenTelemetry.Exporter;
using OpenTelemetry.Instrumentation.AspNetCore;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace AVServer.Server.Observability;

internal static class TelemetrySetup
{
    private const string OwnMeters = "AVServer.*";

    // Upper ends of the buckets of what is more than counted.
    private static readonly Dictionary<string, double[]> Buckets = new()
    {
        ["avserver.batch.size"] = [1, 2, 4, 8, 16, 32, 64],
        ["avserver.batch.queue_delay"] = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1],
        ["avserver.event.delay"] = [0.02, 0.05, 0.1, 0.2, 0.3, 0.6, 1, 2, 5],
        ["avserver.score.duration"] = [0.1, 0.5, 1, 5, 10, 30, 60, 300],
    };

    /// <summary>Adds what <c>/metrics</c> gives and, where a collector is named, what is sent to it.</summary>
    public static IServiceCollection AddTelemetry(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<TelemetryOptions>().BindConfiguration(TelemetryOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<TelemetryOptions>, TelemetryOptionsValidator>();
        var collector = TelemetryOptionsValidator.CollectorOf(
            configuration[$"{TelemetryOptions.Section}:{nameof(TelemetryOptions.OtlpEndpoint)}"]);
        var telemetry = services.AddOpenTelemetry().ConfigureResource(resource => resource.AddService("avserver"));
        telemetry.WithMetrics(metrics =>
        {
            metrics.AddMeter(OwnMeters)
                .AddView(instrument => Buckets.TryGetValue(instrument.Name, out var ends)
                    ? new ExplicitBucketHistogramConfiguration { Boundaries = ends }
                    : null)
                .SetExemplarFilter(collector is null ? ExemplarFilterType.AlwaysOff : ExemplarFilterType.TraceBased)
                .AddPrometheusExporter(Configure);
            if (collector is not null) metrics.AddOtlpExporter(options => SendTo(new Uri(collector, "v1/metrics"), options));
        });
        if (collector is not null)
            telemetry.WithTracing(traces => traces
                .SetSampler(provider => new ParentBasedSampler(
                    new TraceIdRatioBasedSampler(provider.GetRequiredService<IOptions<TelemetryOptions>>().Value.TraceRatio)))
                .AddSource(ServerTraces.SourceName)
                .AddAspNetCoreInstrumentation(Configure)
                .AddOtlpExporter(options => SendTo(new Uri(collector, "v1/traces"), options)));
        return services;
    }

    /// <summary>Maps <c>GET /metrics</c>.</summary>
    public static IEndpointRouteBuilder MapMetrics(this IEndpointRouteBuilder routes)
    {
        routes.MapPrometheusScrapingEndpoint(Routes.Metrics)
            .RequireScope(Scope.Admin)
            .WithMetadata(new HttpMethodMetadata([HttpMethods.Get]))
            .ExcludeFromDescription();
        return routes;
    }

    // Bare series, as they have always been: no label or series that tells of the library.
    private static void Configure(PrometheusAspNetCoreOptions options)
    {
        options.ScopeInfoEnabled = false;
        options.TargetInfoEnabled = false;
        options.ScrapeResponseCacheDurationMilliseconds = 0;
    }

    private static void Configure(AspNetCoreTraceInstrumentationOptions options)
    {
        options.Filter = context => context.Request.Path != Routes.Metrics && !context.Request.Path.StartsWithSegments("/health");
        // A query holds keys and names of files, and an environment variable could ask for its values.
        options.EnrichWithHttpRequest = (span, _) => span.SetTag("url.query", null);
    }

    private static void SendTo(Uri address, OtlpExporterOptions options)
    {
        options.Protocol = OtlpExportProtocol.HttpProtobuf;
        options.Endpoint = address;
    }
}
