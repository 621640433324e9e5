using System.Net;
using System.Security.Cryptography;
using System.Text;
using AVServer.Contracts;
using AVServer.Server.Tests.Kit;
using AVServer.TestKit;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace AVServer.Server.Tests.Security;

/// <summary>Tokens of an identity provider, of which nothing but its key is known.</summary>
[Trait("Category", "server")]
public sealed class JwtTests : IDisposable
{
    private static readonly byte[] Shared = Encoding.UTF8.GetBytes("a secret of thirty-two bytes, ok");

    private readonly TemporaryFolder _folder = new();
    private readonly RSA _rsa = RSA.Create(2_048);
    private readonly ECDsa _curve = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public void Dispose()
    {
        _folder.Dispose();
        _rsa.Dispose();
        _curve.Dispose();
    }

    [Fact]
    public async Task Scopes_and_streams_of_the_token_count_however_they_are_written()
    {
        await using var server = await StartAsync(("Security:Jwt:Key", Convert.ToBase64String(Shared)));
        var key = new SymmetricSecurityKey(Shared);
        await AssertAsync(server, Token(key, "HS256", "subscribe score"), streams: 200, models: 200, hall: 404);
        await AssertAsync(server, Token(key, "HS256", (string[])["subscribe", "score"]), streams: 200, models: 200, hall: 404);
        await AssertAsync(server, Token(key, "HS256", "subscribe", "kitchen*"), streams: 200, models: 403, hall: 403);
        await AssertAsync(server, Token(key, "HS256", "subscribe", (string[])["hall", "kitchen*"]), streams: 200, models: 403, hall: 404);
        await AssertAsync(server, Token(key, "HS256", "subscribe", Array.Empty<string>()), streams: 200, models: 403, hall: 403);
        await AssertAsync(server, Token(key, "HS256", "other:scope"), streams: 403, models: 403, hall: 403);
    }

    [Fact]
    public async Task Public_keys_of_both_kinds_are_taken_and_each_with_its_own_algorithms_only()
    {
        var rsaFile = Write("rsa.pem", _rsa.ExportSubjectPublicKeyInfoPem());
        var curveFile = Write("curve.pem", _curve.ExportSubjectPublicKeyInfoPem());
        await using var rsa = await StartAsync(("Security:Jwt:PublicKeyPath", rsaFile));
        await using var curve = await StartAsync(("Security:Jwt:PublicKeyPath", curveFile));
        await AssertAsync(rsa, Token(new RsaSecurityKey(_rsa), "RS256", "subscribe"), streams: 200, models: 403, hall: 404);
        await AssertAsync(rsa, Token(new RsaSecurityKey(_rsa), "PS512", "subscribe"), streams: 200, models: 403, hall: 404);
        await AssertAsync(curve, Token(new ECDsaSecurityKey(_curve), "ES256", "subscribe"), streams: 200, models: 403, hall: 404);
        await AssertAsync(rsa, Token(new ECDsaSecurityKey(_curve), "ES256", "subscribe"), streams: 401, models: 401, hall: 401);
        // The public key, which everyone may have, as if it were a shared one.
        var text = new SymmetricSecurityKey(Encoding.UTF8.GetBytes(await File.ReadAllTextAsync(rsaFile)));
        await AssertAsync(rsa, Token(text, "HS256", "subscribe"), streams: 401, models: 401, hall: 401);
    }

    [Fact]
    public async Task Token_of_another_issuer_for_another_audience_or_past_its_time_is_not_taken()
    {
        await using var server = await StartAsync(("Security:Jwt:Key", Convert.ToBase64String(Shared)));
        var key = new SymmetricSecurityKey(Shared);
        foreach (var bad in (string[])[
            Token(key, "HS256", "subscribe", issuer: "https://other.example"),
            Token(key, "HS256", "subscribe", issuer: "avserver"),
            Token(key, "HS256", "subscribe", audience: "other"),
            Token(key, "HS256", "subscribe", minutes: -1),
            Token(new SymmetricSecurityKey(new byte[32]), "HS256", "subscribe")])
            await AssertAsync(server, bad, streams: 401, models: 401, hall: 401);
    }

    [Theory]
    [InlineData("Jwt", "Security:Jwt:Issuer", "https://id.example")]
    [InlineData("Jwt:Key", "Security:Jwt:Key", "c2hvcnQ=")]
    [InlineData("Jwt:PublicKeyPath", "Security:Jwt:PublicKeyPath", "/nowhere.pem")]
    [InlineData("TokenKey", "Security:TokenKey", "not base64")]
    public async Task Settings_of_tokens_that_can_not_be_stop_the_start(string named, string setting, string value)
    {
        var fault = await Assert.ThrowsAsync<OptionsValidationException>(() => RunningServer.StartAsync((setting, value)));
        Assert.Contains(fault.Failures, failure => failure.Contains("Security:" + named, StringComparison.Ordinal));
    }

    private static Task<RunningServer> StartAsync((string Key, string Value) key) =>
        RunningServer.StartAsync(("Security:Jwt:Issuer", "https://id.example"), ("Security:Jwt:Audience", "av"), key);

    private static string Token(
        SecurityKey key,
        string algorithm,
        object scope,
        object? streams = null,
        string issuer = "https://id.example",
        string audience = "av",
        int minutes = 5)
    {
        var claims = new Dictionary<string, object> { ["sub"] = "somebody", ["scope"] = scope };
        if (streams is not null) claims["streams"] = streams;
        return new JsonWebTokenHandler().CreateToken(new SecurityTokenDescriptor
        {
            Issuer = issuer,
            Audience = audience,
            Claims = claims,
            NotBefore = DateTime.UtcNow.AddHours(-1),
            Expires = DateTime.UtcNow.AddMinutes(minutes),
            SigningCredentials = new SigningCredentials(key, algorithm),
        });
    }

    private string Write(string name, string pem)
    {
        var path = Path.Combine(_folder.Path, name);
        File.WriteAllText(path, pem);
        return path;
    }

    // Clips are off, so that whoever may ask for the hall's hears 404.
    private static async Task AssertAsync(RunningServer server, string token, int streams, int models, int hall)
    {
        foreach (var (route, status) in ((string, int)[])[
            (Routes.Streams, streams), (Routes.Models, models), (Routes.Clips + "?streamId=hall", hall)])
        {
            using var response = await server.SendWithBearerAsync("GET", route, token);
            Assert.Equal((route, (HttpStatusCode)status), (route, response.StatusCode));
        }
    }
}
