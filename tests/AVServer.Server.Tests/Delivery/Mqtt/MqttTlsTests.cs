using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using AVServer.Server.Tests.Kit;
using AVServer.TestKit;

namespace AVServer.Server.Tests.Delivery.Mqtt;

/// <summary>A broker behind TLS whose certificate an authority of the house has signed.</summary>
[Trait("Category", "server")]
[Collection(nameof(MqttCollection))]
public sealed class MqttTlsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Broker_is_believed_by_the_authority_that_was_named_and_the_server_shows_who_it_is()
    {
        WriteCertificates("house");
        await using var broker = await MosquittoServer.StartAsync(Settings("house"));
        await using var server = await MqttServers.StartAsync(
            broker, ("Mqtt:Broker", $"mqtts://127.0.0.1:{broker.Port}"), ("Mqtt:AuthorityPath", PathOf("house.pem")),
            ("Mqtt:CertificatePath", PathOf("house-own.pem")), ("Mqtt:CertificateKeyPath", PathOf("house-own.key")));
        await MqttServers.SendWordAsync(server, "lobby");
        await RunningServer.UntilAsync(() => MqttServers.Scrape(server, "avserver_mqtt_published_total") == 3, "the broker takes them");
    }

    [Theory]
    [InlineData(null)]   // this machine's authorities
    [InlineData("other")]
    public async Task Broker_of_another_authority_gets_nothing(string? believed)
    {
        WriteCertificates("house");
        WriteCertificates("other");
        await using var broker = await MosquittoServer.StartAsync(Settings("house"));
        (string, string)[] authority = believed is null ? [] : [("Mqtt:AuthorityPath", PathOf($"{believed}.pem"))];
        await using var server = await MqttServers.StartAsync(
            broker, [("Mqtt:Broker", $"mqtts://127.0.0.1:{broker.Port}"), .. authority]);
        await RunningServer.UntilAsync(
            () => server.Log.Lines.Any(line => line.Contains("is not connected: ", StringComparison.Ordinal)
                && line.Contains("certificate", StringComparison.OrdinalIgnoreCase)),
            "it is told");
        Assert.Equal(0, MqttServers.Scrape(server, "avserver_mqtt_connected"));
    }

    private string PathOf(string name) => Path.Combine(_folder.Path, name);

    private string Settings(string name) =>
        $"""
        allow_anonymous true
        cafile {PathOf($"{name}.pem")}
        certfile {PathOf($"{name}-own.pem")}
        keyfile {PathOf($"{name}-own.key")}
        require_certificate true
        """;

    // An authority, and a certificate of it for 127.0.0.1 that serves both sides.
    private void WriteCertificates(string name)
    {
        var now = TimeProvider.System.GetUtcNow();
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using var authority = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        File.WriteAllText(PathOf($"{name}.pem"), authority.ExportCertificatePem());

        using var ownKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var own = new CertificateRequest("CN=127.0.0.1", ownKey, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        own.CertificateExtensions.Add(names.Build());
        using var signed = own.Create(authority, now.AddDays(-1), now.AddDays(1), RandomNumberGenerator.GetBytes(8));
        File.WriteAllText(PathOf($"{name}-own.pem"), signed.ExportCertificatePem());
        File.WriteAllText(PathOf($"{name}-own.key"), ownKey.ExportPkcs8PrivateKeyPem());
    }
}
