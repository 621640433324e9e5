using AVServer.Contracts;
using AVServer.Server.Metrics;

namespace AVServer.Server.Endpoints;

internal static class MetricsEndpoint
{
    public static IEndpointRouteBuilder MapMetrics(this IEndpointRouteBuilder routes)
    {
        routes.MapGet(Routes.Metrics, (PrometheusExporter exporter) => TypedResults.Text(exporter.Write(), PrometheusExporter.ContentType))
            .ExcludeFromDescription();
        return routes;
    }
}
