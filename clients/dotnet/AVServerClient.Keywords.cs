using System.Net.Http.Json;
using AVServer.Contracts;

namespace AVServer.Client;

/// <content>Wake words that are given as text.</content>
public sealed partial class AVServerClient
{
    /// <summary>
    /// The wake words that live streams are searched for; those that were given as text have <see cref="KeywordSummary.Details"/>.
    /// </summary>
    public Task<IReadOnlyList<KeywordSummary>> GetKeywordsAsync(CancellationToken cancellationToken = default) =>
        GetAsync<IReadOnlyList<KeywordSummary>>(Routes.Keywords, cancellationToken);

    /// <summary>A wake word that was given as text.</summary>
    /// <param name="name">Its text; case doesn't count.</param>
    /// <param name="cancellationToken">Breaks the request off.</param>
    /// <exception cref="ServerRefusedException">There is none of that name.</exception>
    public Task<KeywordDetails> GetKeywordAsync(string name, CancellationToken cancellationToken = default) =>
        GetAsync<KeywordDetails>(KeywordRoute(name), cancellationToken);

    /// <summary>Has the server listen for a wake word from now on, on open streams too; one of the same name is replaced.</summary>
    /// <param name="keyword">The word.</param>
    /// <param name="cancellationToken">Breaks the request off.</param>
    /// <returns>How it is said, its threshold as measured, and what speaks against it.</returns>
    /// <exception cref="ServerRefusedException">The word can't be taken: the message says what of it.</exception>
    public async Task<KeywordDetails> AddKeywordAsync(KeywordRequest keyword, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(keyword);
        using var content = JsonContent.Create(keyword, options: ContractsJson.Options);
        using var request = new HttpRequestMessage(HttpMethod.Post, _address.Http(Routes.Keywords)) { Content = content };
        return await SendAsync<KeywordDetails>(request, cancellationToken);
    }

    /// <summary>Has the server listen for a wake word that was given as text no more.</summary>
    /// <param name="name">Its text; case doesn't count.</param>
    /// <param name="cancellationToken">Breaks the request off.</param>
    /// <exception cref="ServerRefusedException">There is none of that name.</exception>
    public async Task DeleteKeywordAsync(string name, CancellationToken cancellationToken = default)
    {
        using var request = new HttpRequestMessage(HttpMethod.Delete, _address.Http(KeywordRoute(name)));
        await SendAsync(request, (_, _) => Task.FromResult(true), cancellationToken);
    }

    private static string KeywordRoute(string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        return $"{Routes.Keywords}/{Uri.EscapeDataString(name)}";
    }

    private static string QueryOf(IReadOnlyList<string>? words) =>
        string.Concat((words ?? []).Select(word => $"&word={Uri.EscapeDataString(word)}"));
}
