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

    /// <summary>Has the server learn from recordings how a wake word sounds; it keeps what they were heard as, not the sound.</summary>
    /// <param name="name">A word that was given as text; case doesn't count.</param>
    /// <param name="recordings">
    /// Three to ten media files of up to ten seconds with their names, the word once in each; not disposed.
    /// </param>
    /// <param name="cancellationToken">Breaks the request off.</param>
    /// <returns>The word, with what each recording would be found by.</returns>
    /// <exception cref="ServerRefusedException">
    /// The word isn't heard in a recording, or a file can't be taken: the message says which.
    /// </exception>
    public async Task<KeywordDetails> EnrolKeywordAsync(
        string name, IReadOnlyList<(string FileName, Stream Media)> recordings, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(recordings);
        using var form = new MultipartFormDataContent();
        foreach (var (fileName, media) in recordings) form.Add(new StreamContent(new NonDisposingStream(media)), "recording", fileName);
        using var request = new HttpRequestMessage(HttpMethod.Post, _address.Http(RecordingsRoute(name))) { Content = form };
        return await SendAsync<KeywordDetails>(request, cancellationToken);
    }

    /// <summary>Has the server forget what it learnt from recordings of a wake word; its text alone counts again.</summary>
    /// <param name="name">Its text; case doesn't count.</param>
    /// <param name="cancellationToken">Breaks the request off.</param>
    /// <exception cref="ServerRefusedException">There are no recordings of that name.</exception>
    public async Task DeleteKeywordRecordingsAsync(string name, CancellationToken cancellationToken = default)
    {
        using var request = new HttpRequestMessage(HttpMethod.Delete, _address.Http(RecordingsRoute(name)));
        await SendAsync(request, (_, _) => Task.FromResult(true), cancellationToken);
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

    private static string RecordingsRoute(string name) => $"{KeywordRoute(name)}/recordings";

    private static string QueryOf(IReadOnlyList<string>? words) =>
        string.Concat((words ?? []).Select(word => $"&word={Uri.EscapeDataString(word)}"));
}
