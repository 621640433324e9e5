using System.Net;
using System.Text.Json;
using AVServer.Contracts;

namespace AVServer.Client;

/// <summary>Calls the server's routes over HTTP, and makes of its refusals, and of its absence, the client's exceptions.</summary>
internal sealed class HttpCalls(ServerAddress address) : IDisposable
{
    private readonly HttpClient _http = address.CreateHttpClient();

    /// <summary>The JSON of a route.</summary>
    public async Task<T> GetAsync<T>(string route, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address.Http(route));
        return await SendAsync<T>(request, cancellationToken);
    }

    /// <summary>The JSON that the server answers with when it is given something.</summary>
    public async Task<T> PostAsync<T>(string route, HttpContent? content, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, address.Http(route)) { Content = content };
        return await SendAsync<T>(request, cancellationToken);
    }

    /// <summary>Has the server delete what a route names.</summary>
    public async Task DeleteAsync(string route, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Delete, address.Http(route));
        await SendAsync(request, (_, _) => Task.FromResult(true), cancellationToken);
    }

    /// <summary>The JSON that the server answers with.</summary>
    public Task<T> SendAsync<T>(HttpRequestMessage request, CancellationToken cancellationToken) =>
        SendAsync(request, (_, body) => ReadAsync<T>(body, cancellationToken), cancellationToken);

    /// <summary>The JSON of a body.</summary>
    public static async Task<T> ReadAsync<T>(Stream body, CancellationToken cancellationToken) =>
        await JsonSerializer.DeserializeAsync<T>(body, ContractsJson.Options, cancellationToken) ?? throw new JsonException("null");

    /// <summary>What is read of the server's answer.</summary>
    /// <exception cref="ServerRefusedException">The server said no.</exception>
    /// <exception cref="ServerUnreachableException">There is no server, or it is another one.</exception>
    public async Task<T> SendAsync<T>(
        HttpRequestMessage request, Func<HttpStatusCode, Stream, Task<T>> read, CancellationToken cancellationToken)
    {
        try
        {
            using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
            if (!response.IsSuccessStatusCode) throw await ProblemBody.ReadAsync(response.StatusCode, body, cancellationToken);
            return await read(response.StatusCode, body);
        }
        catch (HttpRequestException exception)
        {
            throw new ServerUnreachableException($"No server answers at {address.Base}, or it broke off; is it running?", exception);
        }
        catch (JsonException exception)
        {
            throw new ServerUnreachableException(
                $"The answer of {request.RequestUri!.AbsolutePath} is not what an AVServer gives; is {address.Base} one?", exception);
        }
    }

    public void Dispose() => _http.Dispose();
}
