using System.Security.Claims;
using System.Text.Json;
using AVServer.Contracts;
using AVServer.Pipeline;
using AVServer.Server.Observability;
using AVServer.Server.Security;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace AVServer.Server.Keywords;

/// <summary>The wake words over HTTP: those that models were trained for are listed, those that are given as text come and go.</summary>
internal static class KeywordsEndpoints
{
    private const string ByName = Routes.Keywords + "/{name}";
    private const int MaxBodyBytes = 16 << 10;
    private const string Example = """{"text":"hey marvin","falseAlarmsPerHour":0.5}""";

    public static IEndpointRouteBuilder MapKeywords(this IEndpointRouteBuilder routes)
    {
        routes
            .MapLazily(
                HttpMethods.Get, Routes.Keywords,
                (IStreamPipeline pipeline, IKeywordRegistry keywords) => ListOf(pipeline, keywords).ToArray())
            .RequireScope(Scope.Subscribe)
            .WithSummary("Lists the wake words that live streams are searched for; those that were given as text have details.");
        routes.MapLazily(HttpMethods.Get, ByName, Find)
            .RequireScope(Scope.Subscribe)
            .WithSummary("A wake word that was given as text: how it is said, its threshold, what thresholds stand for, and warnings.")
            .Produces<KeywordDetails>().ProducesProblem(StatusCodes.Status404NotFound);
        routes.MapLazily(HttpMethods.Post, Routes.Keywords, AddAsync)
            .RequireScope(Scope.Admin)
            .WithSummary(
                "Listens for a wake word from now on, on open streams too. The answer comes when it is measured: 201, or 200 where it "
                + "replaces one of its name.")
            .WithMetadata(new RequestSizeLimitAttribute(MaxBodyBytes))
            .Accepts<KeywordRequest>("application/json")
            .RequireRateLimiting(KeywordsRate.Policy)
            .Produces<KeywordDetails>(StatusCodes.Status201Created).Produces<KeywordDetails>()
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status413PayloadTooLarge)
            .ProducesProblem(StatusCodes.Status415UnsupportedMediaType)
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable);
        routes.MapLazily(HttpMethods.Delete, ByName, RemoveAsync)
            .RequireScope(Scope.Admin)
            .WithSummary("Listens for a wake word that was given as text no more.")
            .Produces(StatusCodes.Status204NoContent)
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable);
        return routes;
    }

    private static IEnumerable<KeywordSummary> ListOf(IStreamPipeline pipeline, IKeywordRegistry keywords)
    {
        foreach (var model in pipeline.Models.Where(model => model is { Active: true, Threshold: not null }))
            foreach (var keyword in model.Keywords)
                yield return new KeywordSummary(keyword, ReferenceTo(model), model.Threshold!.Value, model.FalseAlarmsPerHour);
        foreach (var word in keywords.Keywords)
        {
            var phones = pipeline.Models.First(model => model.Kind == KeywordRefusal.PhoneModel);   // without it there are no such words
            var (threshold, target) = (word.Calibration.Threshold, word.Request.FalseAlarmsPerHour);
            yield return new KeywordSummary(word.Name, ReferenceTo(phones), threshold, target, word);
        }
    }

    private static ModelReference ReferenceTo(ModelSummary model) => new(model.Name, model.Version);

    private static IResult Find(string name, IKeywordRegistry keywords) =>
        keywords.Find(Unescaped(name)) is { } details ? TypedResults.Ok(details) : Unknown();

    private static async Task<IResult> AddAsync(
        HttpRequest body, IStreamPipeline pipeline, IKeywordRegistry keywords, ISharedKeywords shared, AuditLog audit,
        ClaimsPrincipal user, CancellationToken cancellationToken)
    {
        var request = await ReadAsync(body, cancellationToken);
        foreach (var id in request.Streams ?? []) StreamPattern.Check(id);
        var (grant, former) = (Grant.Of(user), keywords.Find(request.Text));
        DemandStreams(grant, request);
        if (former is not null) DemandStreams(grant, former.Request);
        try
        {
            var details = await shared.ChangeAsync(request.Text, () => keywords.AddAsync(request, cancellationToken));
            audit.Did(grant, former is null ? "added the word" : "changed the word", details.Name);
            return former is not null
                ? TypedResults.Ok(details)
                : TypedResults.Created($"{Routes.Keywords}/{Uri.EscapeDataString(details.Name)}", details);
        }
        catch (KeywordException exception)
        {
            throw KeywordRefusal.Of(exception, pipeline);
        }
    }

    private static async Task<IResult> RemoveAsync(
        string name, IKeywordRegistry keywords, ISharedKeywords shared, AuditLog audit, ClaimsPrincipal user)
    {
        var word = Unescaped(name);
        if (keywords.Find(word) is { } details) DemandStreams(Grant.Of(user), details.Request);
        if (!await shared.ChangeAsync(word, () => Task.FromResult(keywords.Remove(word)))) return Unknown();
        audit.Did(Grant.Of(user), "removed the word", word);
        return TypedResults.NoContent();
    }

    // A word without streams is listened for in all of them.
    internal static void DemandStreams(Grant grant, KeywordRequest request)
    {
        IReadOnlyList<string> streams = request.Streams is { Count: > 0 } some ? some : [StreamPattern.Every];
        foreach (var stream in streams) Permission.Demand(grant, Scope.Admin, stream);
    }

    internal static ProblemHttpResult Unknown() =>
        Problem.Of(FaultCodes.NotFound, $"Expected the name of a wake word that was given as text, got another; see {Routes.Keywords}.");

    private static async Task<KeywordRequest> ReadAsync(HttpRequest body, CancellationToken cancellationToken)
    {
        if (!body.HasJsonContentType())
            throw new RefusedException(
                FaultCodes.UnsupportedMedia, $"Expected a keyword as application/json like {Example}, got another content type.");
        KeywordRequest? request;
        try
        {
            request = await body.ReadFromJsonAsync<KeywordRequest>(ContractsJson.Options, cancellationToken);
        }
        catch (JsonException exception)
        {
            throw new RefusedException(
                FaultCodes.BadRequest, $"Expected a keyword like {Example}; got something that is not one, at {exception.Path ?? "$"}.");
        }
        return request?.Text is null
            ? throw new RefusedException(FaultCodes.BadKeyword, $"Expected a keyword with a text like {Example}, got none.")
            : request;
    }

    // A slash within a name stays escaped in a route's value.
    internal static string Unescaped(string name) => name.Replace("%2F", "/", StringComparison.OrdinalIgnoreCase);
}
