using AVServer.Contracts;
using AVServer.Pipeline;
using AVServer.Server.Observability;

namespace AVServer.Server.Keywords;

/// <summary>Why a word can't be taken, as the asker is told it.</summary>
internal static class KeywordRefusal
{
    /// <summary>Kind of the model that finds words which are given as text, as <see cref="ModelSummary.Kind"/> has it.</summary>
    public const string PhoneModel = "phoneModel";

    private const string Lexicon = "lexicon";

    /// <summary>The registry's message, as that of a bad word or, where the server lacks what any word needs, of a missing model.</summary>
    public static RefusedException Of(KeywordException exception, IStreamPipeline pipeline) =>
        new(Has(pipeline, PhoneModel) && Has(pipeline, Lexicon) ? FaultCodes.BadKeyword : FaultCodes.UnknownModel, exception.Message);

    private static bool Has(IStreamPipeline pipeline, string kind) => pipeline.Models.Any(model => model.Kind == kind);
}
