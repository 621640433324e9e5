using AVServer.Contracts;
using AVServer.Server.Security;

namespace AVServer.Server.Scoring;

/// <summary>The jobs over HTTP.</summary>
internal static class JobsEndpoints
{
    private const string ById = Routes.Jobs + "/{id}";

    public static IEndpointRouteBuilder MapJobs(this IEndpointRouteBuilder routes)
    {
        routes.MapLazily(HttpMethods.Get, Routes.Jobs, (IJobStore jobs) => jobs.ListAsync())
            .RequireScope(Scope.Score)
            .WithSummary("Lists the jobs that wait, run, or ended a while ago; those of all nodes where these share a folder.")
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable);
        routes.MapLazily(HttpMethods.Get, Routes.GivenUpJobs, GivenUpAsync)
            .RequireScope(Scope.Score)
            .WithSummary("Lists the jobs that were given up because one node after the other died while it worked on them.")
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable);
        routes.MapLazily(HttpMethods.Post, ById + "/retry", (string id, IJobStore jobs) => jobs.RetryAsync(id))
            .RequireScope(Scope.Score)
            .WithSummary("Lets a job wait again that was given up.")
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable);
        routes.MapLazily(HttpMethods.Get, ById, (string id, IJobStore jobs) => jobs.GetAsync(id))
            .RequireScope(Scope.Score)
            .WithSummary("How far a job is; the hub's Job(id) tells it as it changes.")
            .ProducesProblem(StatusCodes.Status404NotFound);
        routes.MapLazily(HttpMethods.Delete, ById, RemoveAsync)
            .RequireScope(Scope.Score)
            .WithSummary("Cancels a job and forgets its result; answers when it has stopped.")
            .Produces(StatusCodes.Status204NoContent).ProducesProblem(StatusCodes.Status404NotFound);
        routes.MapLazily(HttpMethods.Get, ById + "/result", ResultOfAsync)
            .RequireScope(Scope.Score)
            .WithSummary("What a job found, as JSON, CSV, WebVTT or a page, by ?format=json|csv|vtt|html or Accept.")
            .Produces<ScoreReport>(StatusCodes.Status200OK, "application/json", "text/csv", "text/vtt", "text/html")
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status409Conflict)
            .ProducesProblem(StatusCodes.Status413PayloadTooLarge)
            .ProducesProblem(StatusCodes.Status415UnsupportedMediaType)
            .ProducesProblem(StatusCodes.Status422UnprocessableEntity)
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable)
            .ProducesProblem(StatusCodes.Status507InsufficientStorage);
        return routes;
    }

    private static async Task<JobStatus[]> GivenUpAsync(IJobStore jobs) =>
        [.. (await jobs.ListAsync()).Where(job => job.Error?.Code == FaultCodes.JobGivenUp)];

    private static async Task<IResult> RemoveAsync(string id, IJobStore jobs)
    {
        await jobs.RemoveAsync(id);
        return TypedResults.NoContent();
    }

    private static async Task<ReportResult> ResultOfAsync(string id, HttpRequest request, IJobStore jobs, string? format = null)
    {
        var wanted = ReportNegotiation.FormatOf(request, format);
        var (report, events) = await jobs.GetResultAsync(id);
        return new ReportResult(report, events, wanted);
    }
}
