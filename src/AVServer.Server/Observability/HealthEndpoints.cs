using AVServer.Contracts;
using AVServer.Pipeline;
using AVServer.Server.Events;
using AVServer.Server.Streams;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AVServer.Server.Observability;

/// <summary>For whoever keeps the process running: alive, and ready to take streams.</summary>
internal static class HealthEndpoints
{
    private static readonly Dictionary<string, string> Healthy = new() { ["status"] = "healthy" };

    public static IEndpointRouteBuilder MapHealth(this IEndpointRouteBuilder routes)
    {
        routes.MapLazily(HttpMethods.Get, Routes.HealthLive, () => Healthy).WithSummary("200 while the process runs.");
        routes.MapLazily(HttpMethods.Get, Routes.HealthReady, Ready)
            .WithSummary(
                "200 while new streams are taken and a model listens, with how far the open ones lie behind; else 503 with a reason: "
                + "stopping, noModel or overloaded.")
            .Produces<Readiness>().ProducesProblem(StatusCodes.Status503ServiceUnavailable);
        return routes;
    }

    /// <summary>Member of a problem that says in a word why the server isn't ready.</summary>
    internal const string ReasonMember = "reason";

    /// <summary>What a server says that takes streams.</summary>
    /// <param name="Status">Always <c>healthy</c>.</param>
    /// <param name="Lag">How far half of the live streams lie behind, or less, in seconds.</param>
    /// <param name="Cluster">With other nodes: <c>connected</c>, or why they can't be reached.</param>
    internal sealed record Readiness(string Status, TimeSpan Lag, string? Cluster = null);

    private static IResult Ready(
        HttpResponse response, StreamRegistry registry, Admission admission, IStreamPipeline pipeline, IKeywordRegistry keywords,
        ISharedEvents shared)
    {
        if (registry.IsDraining) return Reasoned(Problem.Of(FaultCodes.ServerStopping, "The server is shutting down."), "stopping");
        if (keywords.Keywords.Count == 0 && !pipeline.Models.Any(model => model.Active))
            return Reasoned(
                Problem.Of(FaultCodes.ServerBusy, "No model is loaded and no word was given; see Runtime:ModelsPath."), "noModel");
        if (!admission.IsOpen) return Reasoned(registry.TooBusy().ToProblem(response), "overloaded");
        return TypedResults.Ok(new Readiness("healthy", admission.Lag, shared.NodeName is null ? null : shared.Fault ?? "connected"));
    }

    private static ProblemHttpResult Reasoned(ProblemHttpResult problem, string reason)
    {
        problem.ProblemDetails.Extensions[ReasonMember] = reason;
        return problem;
    }
}
