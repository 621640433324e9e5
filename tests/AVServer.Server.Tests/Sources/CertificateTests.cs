using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using AVServer.Contracts;
using AVServer.Server.Tests.Kit;

namespace AVServer.Server.Tests.Sources;

/// <summary>A source that signed its own certificate is pulled from where its fingerprint is known, and from nowhere else.</summary>
[Trait("Category", "server")]
public sealed class CertificateTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Certificate_of_a_source_s_own_is_trusted_by_its_fingerprint_alone(bool hasColons)
    {
        using var own = Create();
        await using var media = await MediaServer.StartAsync(MediaServer.EndlessWavAsync, certificate: own);
        var fingerprint = own.GetCertHashString(HashAlgorithmName.SHA256);
        using var another = Create();
        var other = another.GetCertHashString(HashAlgorithmName.SHA256);
        await using (var strict = await PullingServer.StartAsync(("Pull:TrustedCertificates:0", other)))
        {
            var told = await strict.RefusedAsync(new SourceRequest("s", media.Url), FaultCodes.SourceUnreachable);
            Assert.Contains(fingerprint, told, StringComparison.Ordinal);
            Assert.Equal(0, media.Requests);
        }
        var named = hasColons
            ? string.Join(':', fingerprint.Chunk(2).Select(digits => new string(digits))) : fingerprint.ToLowerInvariant();
        await using var server = await PullingServer.StartAsync(("Pull:TrustedCertificates:0", named));
        await server.AddedAsync(new SourceRequest("s", media.Url));
        Assert.Equal(1, media.Requests);
    }

    [Theory]
    [InlineData("rtsps")]
    [InlineData("rtmps")]
    public async Task Other_ways_by_TLS_trust_the_same(string scheme)
    {
        using var own = Create();
        using var camera = new TcpListener(IPAddress.Loopback, 0);
        camera.Start();
        var fingerprint = own.GetCertHashString(HashAlgorithmName.SHA256);
        var request = new SourceRequest("s", $"{scheme}://{camera.LocalEndpoint}/live/x");

        await using var strict = await PullingServer.StartAsync();
        var refused = strict.RefusedAsync(request, FaultCodes.SourceUnreachable);
        Assert.False(await ShakesHandsAsync(camera, own));
        Assert.Contains(fingerprint, await refused, StringComparison.Ordinal);

        await using var server = await PullingServer.StartAsync(("Pull:TrustedCertificates:0", fingerprint));
        var pulled = server.AddAsync(request);
        Assert.True(await ShakesHandsAsync(camera, own));
        (await pulled).Dispose();   // who only shakes hands gives no media
    }

    [Fact]
    public async Task Fingerprint_that_is_none_keeps_the_server_from_starting()
    {
        var error = await Assert.ThrowsAnyAsync<Exception>(() => PullingServer.StartAsync(("Pull:TrustedCertificates:0", "AB:CD")));
        const string Told = "Expected 64 hexadecimal digits in Pull:TrustedCertificates, got 'AB:CD'.";
        Assert.Contains(Told, error.ToString(), StringComparison.Ordinal);
    }

    // Whether the other side went on after it saw the certificate.
    private static async Task<bool> ShakesHandsAsync(TcpListener camera, X509Certificate2 certificate)
    {
        using var client = await camera.AcceptTcpClientAsync(TestKit.TestTimeout.Token());
        await using var secured = new SslStream(client.GetStream());
        try
        {
            await secured.AuthenticateAsServerAsync(certificate);
            return await secured.ReadAsync(new byte[1]) == 1;
        }
        catch (Exception exception) when (exception is AuthenticationException or IOException)
        {
            return false;
        }
    }

    private static X509Certificate2 Create()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=camera", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        return request.CreateSelfSigned(DateTimeOffset.Now.AddDays(-1), DateTimeOffset.Now.AddDays(1));
    }
}
