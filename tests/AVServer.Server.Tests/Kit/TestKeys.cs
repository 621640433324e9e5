using System.Security.Cryptography;
using System.Text;

namespace AVServer.Server.Tests.Kit;

/// <summary>Keys that tests make up, and requests that carry them.</summary>
internal static class TestKeys
{
    /// <summary>The one key of a server that has it as <c>Security:ApiKey</c>.</summary>
    public const string ApiKey = "correct-horse-battery";

    /// <summary>The text of a named key.</summary>
    public static string TextOf(string name) => $"key-of-{name}-for-tests";

    /// <summary>What the settings have instead of a named key's text.</summary>
    public static string Sha256Of(string name) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(TextOf(name))));

    /// <summary>What stands behind an address to open it by a named key.</summary>
    public static string QueryOf(string name) => $"?access_token={TextOf(name)}";

    /// <summary>Settings of a named key.</summary>
    /// <param name="index">Its place under <c>Security:Keys</c>.</param>
    /// <param name="name">Its name.</param>
    /// <param name="scopes">What it opens.</param>
    /// <param name="streams">Patterns of the streams that it is for; none: for all.</param>
    public static (string Key, string Value)[] Settings(int index, string name, IEnumerable<string> scopes, params string[] streams) =>
    [
        ($"Security:Keys:{index}:Name", name),
        ($"Security:Keys:{index}:Sha256", Sha256Of(name)),
        .. scopes.Select((scope, i) => ($"Security:Keys:{index}:Scopes:{i}", scope)),
        .. streams.Select((stream, i) => ($"Security:Keys:{index}:Streams:{i}", stream)),
    ];

    /// <summary>Asks with a named key in its header, and doesn't wait for the end of the answer.</summary>
    public static Task<HttpResponseMessage> SendWithKeyAsync(
        this RunningServer server, string method, string route, string name, HttpContent? content = null) =>
        SendAsync(server, method, route, ("X-Api-Key", TextOf(name)), content);

    /// <summary>Asks with a key or token as Bearer, and doesn't wait for the end of the answer.</summary>
    public static Task<HttpResponseMessage> SendWithBearerAsync(
        this RunningServer server, string method, string route, string credential, HttpContent? content = null) =>
        SendAsync(server, method, route, ("Authorization", $"Bearer {credential}"), content);

    private static async Task<HttpResponseMessage> SendAsync(
        RunningServer server, string method, string route, (string Name, string Value) header, HttpContent? content)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), route)
        {
            Headers = { { header.Name, header.Value } },
            Content = content
        };
        return await server.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }
}
