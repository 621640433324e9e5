using AVServer.Contracts;

namespace AVServer.Server.Delivery.Wyoming;

/// <summary>A wake word as the bridge names it.</summary>
/// <param name="Name">Its name in <c>detect</c> and <c>detection</c>.</param>
/// <param name="Description">What finds it.</param>
/// <param name="Version">Version of what finds it.</param>
internal sealed record WyomingWord(string Name, string Description, string Version);

/// <summary>
/// What the bridge can do, in the protocol's words: one wake program, with a model for each wake word that is listened for without
/// pictures.
/// </summary>
internal static class WyomingInfo
{
    private static readonly object Attribution = new { name = "AVServer", url = "" };

    /// <summary>The wake words: those that models were trained for, and those that were given as text for all streams.</summary>
    public static IReadOnlyList<WyomingWord> Words(IEnumerable<ModelSummary> models, IEnumerable<KeywordDetails> typed) =>
        [.. models
            .Where(model => model is { Active: true, Threshold: not null, Kind: "keywordSpotter" or "keywordVerifier" })
            .SelectMany(model =>
                model.Keywords.Select(keyword => new WyomingWord(keyword, $"{model.Name}, {model.Licence}", model.Version)))
            .Concat(typed
                .Where(word => word.Request.Streams is null or [])
                .Select(word => new WyomingWord(word.Name, "given as text", "1")))
            .DistinctBy(word => word.Name)];

    /// <summary>The data of <c>info</c>.</summary>
    public static object Describe(IEnumerable<WyomingWord> words)
    {
        var version = typeof(WyomingInfo).Assembly.GetName().Version!.ToString(3);
        var wakeWords = words.Select(word => new
        {
            name = word.Name,
            phrase = word.Name,
            description = word.Description,
            version = word.Version,
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
            wake = new[] { new
            {
                name = "avserver",
                description = "AVServer",
                version,
                installed = true,
                attribution = Attribution,
                models = wakeWords
            } },
        };
    }
}
