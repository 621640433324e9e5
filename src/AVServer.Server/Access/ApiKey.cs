using System.Security.Cryptography;
using System.Text;
using AVServer.Server.Configuration;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;

namespace AVServer.Server.Access;

/// <summary>Compares what a request brings with the configured key in a time that tells nothing of it.</summary>
internal sealed class ApiKey(IOptions<AccessOptions> options)
{
    public const string Header = "X-Api-Key";

    /// <summary>For browsers' WebSockets and EventSource, which can't set a header; removed from the request once read.</summary>
    public const string QueryName = "access_token";

    private const string BearerPrefix = "Bearer ";

    private readonly byte[]? _expected = options.Value.ApiKey is { Length: > 0 } key ? Digest(key) : null;

    public bool Allows(HttpRequest request) =>
        _expected is null || (Find(request) is { } given && CryptographicOperations.FixedTimeEquals(Digest(given), _expected));

    private static string? Find(HttpRequest request)
    {
        if (request.Headers.TryGetValue(Header, out var header)) return header;
        if (request.Headers.Authorization is { Count: 1 } authorization && authorization[0]!.StartsWith(BearerPrefix, StringComparison.OrdinalIgnoreCase))
            return authorization[0]![BearerPrefix.Length..];
        return request.Query.TryGetValue(QueryName, out var query) && !StringValues.IsNullOrEmpty(query) ? (string?)query : null;
    }

    // Digests are of one length whatever was sent.
    private static byte[] Digest(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));
}
