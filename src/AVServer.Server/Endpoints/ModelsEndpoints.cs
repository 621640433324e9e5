using AVServer.Contracts;
using AVServer.Pipeline;

namespace AVServer.Server.Endpoints;

/// <summary>A wake word that the server listens for, as <c>/api/keywords</c> lists it.</summary>
/// <param name="Keyword">The word.</param>
/// <param name="Model">The model that decides.</param>
/// <param name="Threshold">Score that makes a detection.</param>
/// <param name="FalseAlarmsPerHour">What the threshold stands for by calibration; absent where it was set by hand.</param>
internal sealed record KeywordSummary(string Keyword, ModelReference Model, float? Threshold, double? FalseAlarmsPerHour);

/// <summary>What the server has learnt.</summary>
internal static class ModelsEndpoints
{
    public static IEndpointRouteBuilder MapModels(this IEndpointRouteBuilder routes)
    {
        routes.MapGet(Routes.Models, (IStreamPipeline pipeline) => pipeline.Models)
            .WithSummary("Lists the loaded models.");
        routes.MapGet(Routes.Keywords, (IStreamPipeline pipeline) => KeywordsOf(pipeline.Models).ToArray())
            .WithSummary("Lists the wake words that live streams are searched for.");
        return routes;
    }

    private static IEnumerable<KeywordSummary> KeywordsOf(IEnumerable<ModelSummary> models) =>
        from model in models
        where model.Active && model.Threshold is not null
        from keyword in model.Keywords
        select new KeywordSummary(keyword, new ModelReference(model.Name, model.Version), model.Threshold, model.FalseAlarmsPerHour);
}
