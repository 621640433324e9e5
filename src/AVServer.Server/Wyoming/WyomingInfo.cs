using AVServer.Contracts;

namespace AVServer.Server.Wyoming;

/// <summary>What the bridge can do, in the protocol's words: one wake program, with a model for each wake word that is listened for without pictures.</summary>
internal static class WyomingInfo
{
    private static readonly object Attribution = new { name = "AVServer", url = "" };

    /// <summary>The wake words, by the name that <c>detect</c> and <c>detection</c> use.</summary>
    public static IReadOnlyList<(string Keyword, ModelSummary Model)> Keywords(IEnumerable<ModelSummary> models) =>
        [.. models
            .Where(model => model is { Active: true, Threshold: not null, Kind: "keywordSpotter" or "keywordVerifier" })
            .SelectMany(model => model.Keywords.Select(keyword => (keyword, model)))
            .DistinctBy(pair => pair.keyword)];

    /// <summary>The data of <c>info</c>.</summary>
    public static object Describe(IEnumerable<ModelSummary> models)
    {
        var version = typeof(WyomingInfo).Assembly.GetName().Version!.ToString(3);
        var wakeWords = Keywords(models).Select(pair => new
        {
            name = pair.Keyword,
            phrase = pair.Keyword,
            description = $"{pair.Model.Name}, {pair.Model.Licence}",
            version = pair.Model.Version,
            languages = Array.Empty<string>(),
            installed = true,
            attribution = Attribution,
        }).ToArray();
        var none = Array.Empty<object>();
        return new
        {
            asr = none,
            tts = none,
            handle = none,
            intent = none,
            mic = none,
            snd = none,
            wake = new[] { new { name = "avserver", description = "AVServer", version, installed = true, attribution = Attribution, models = wakeWords } },
        };
    }
}
