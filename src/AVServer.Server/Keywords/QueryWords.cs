using AVServer.Contracts;
using AVServer.Pipeline;
using AVServer.Server.Configuration;
using AVServer.Server.Observability;
using Microsoft.Extensions.Options;

namespace AVServer.Server.Keywords;

/// <summary>Words that one call brings in its query: <c>?word=hey%20marvin&amp;word=…</c>.</summary>
internal sealed class QueryWords(IStreamPipeline pipeline, IOptions<ServerLimits> limits)
{
    /// <summary>Name of the query's parameter, which may be given again and again.</summary>
    public const string Name = "word";

    /// <summary>Gets the words ready, before any media is taken.</summary>
    /// <param name="texts">Their texts as the query has them.</param>
    /// <param name="cancellationToken">The asker went away.</param>
    /// <exception cref="RefusedException">There are too many, or one can't be taken.</exception>
    public async Task<IReadOnlyList<KeywordRequest>> PrepareAsync(string[] texts, CancellationToken cancellationToken)
    {
        var most = limits.Value.MaxWordsPerCall;
        if (texts.Length > most)
            throw new RefusedException(
                FaultCodes.BadKeyword, $"Expected at most {most} words a call (Server:Limits:MaxWordsPerCall), got {texts.Length}.");
        KeywordRequest[] words = [.. texts.Select(text => new KeywordRequest(text))];
        if (words.Length == 0) return words;
        try
        {
            await pipeline.PrepareAsync(words, cancellationToken);
            return words;
        }
        catch (KeywordException exception)
        {
            throw KeywordRefusal.Of(exception, pipeline);
        }
    }
}
