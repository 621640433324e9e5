using AVServer.Contracts;
using AVServer.Pipeline;
using AVServer.Server.Security;

namespace AVServer.Server.Scoring;

/// <summary>What the server has learnt.</summary>
internal static class ModelsEndpoints
{
    public static IEndpointRouteBuilder MapModels(this IEndpointRouteBuilder routes)
    {
        routes.MapLazily(HttpMethods.Get, Routes.Models, (IStreamPipeline pipeline) => pipeline.Models)
            .RequireScope(Scope.Score)
            .WithSummary("Lists the loaded models.");
        return routes;
    }
}
