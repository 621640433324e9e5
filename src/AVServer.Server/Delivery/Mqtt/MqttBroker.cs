using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using MQTTnet;
using MQTTnet.Formatter;

namespace AVServer.Server.Delivery.Mqtt;

/// <summary>How the broker is reached, made out of the settings.</summary>
internal static class MqttBroker
{
    public const string PlainScheme = "mqtt";
    public const string SecureScheme = "mqtts";

    private const int PlainPort = 1883;
    private const int SecurePort = 8883;

    /// <summary>Host and port, as they may be logged.</summary>
    public static string AddressOf(MqttOptions options)
    {
        var (host, port) = HostAndPort(options);
        return $"{host}:{port}";
    }

    /// <summary>Whether what is sent could be read by others than this machine.</summary>
    public static bool IsReadableByOthers(MqttOptions options)
    {
        var broker = new Uri(options.Broker!);
        if (broker.Scheme == SecureScheme) return false;
        return !broker.IsLoopback && !(IPAddress.TryParse(broker.Host, out var address) && IPAddress.IsLoopback(address));
    }

    /// <summary>What a connection is made with, read anew: a password that was changed counts from the next one on.</summary>
    /// <param name="options">The settings.</param>
    /// <param name="status">Topic on which the broker says that the server went away.</param>
    /// <exception cref="IOException">The file of the password can't be read.</exception>
    public static MqttClientOptions Connection(MqttOptions options, string status)
    {
        var (host, port) = HostAndPort(options);
        var builder = new MqttClientOptionsBuilder()
            .WithTcpServer(host, port)
            .WithClientId(options.ClientId ?? $"avserver-{Environment.MachineName}")
            .WithProtocolVersion(options.Version == 5 ? MqttProtocolVersion.V500 : MqttProtocolVersion.V311)
            .WithCleanStart()
            .WithTimeout(options.Timeout)
            .WithKeepAlivePeriod(options.KeepAlive)
            .WithWillTopic(status).WithWillPayload(MqttTopics.Offline).WithWillRetain()
            .WithWillQualityOfServiceLevel(MQTTnet.Protocol.MqttQualityOfServiceLevel.AtLeastOnce);
        if (options.User is not null) builder.WithCredentials(options.User, Password(options));
        if (new Uri(options.Broker!).Scheme == SecureScheme) builder.WithTlsOptions(tls => Secure(tls, options, host));
        return builder.Build();
    }

    /// <summary>The authorities that may have signed the broker's certificate.</summary>
    /// <exception cref="ArgumentException">There is none in the file.</exception>
    public static X509Certificate2Collection ReadAuthorities(string path)
    {
        var authorities = new X509Certificate2Collection();
        authorities.ImportFromPemFile(path);
        return authorities.Count > 0 ? authorities : throw new ArgumentException("no certificate");
    }

    /// <summary>The server's own certificate; null where it has none.</summary>
    public static X509Certificate2? ReadCertificate(MqttOptions options) => options.CertificatePath is null ? null
        : X509Certificate2.CreateFromPemFile(options.CertificatePath, options.CertificateKeyPath);

    private static void Secure(MqttClientTlsOptionsBuilder tls, MqttOptions options, string host)
    {
        // Nobody is asked whether the certificate was revoked: the server speaks to the broker and to no one else.
        tls.UseTls().WithTargetHost(host).WithRevocationMode(X509RevocationMode.NoCheck);
        if (options.AuthorityPath is not null) tls.WithTrustChain(ReadAuthorities(options.AuthorityPath));
        if (ReadCertificate(options) is { } own) tls.WithClientCertificates([own]);
    }

    private static byte[] Password(MqttOptions options)
    {
        var text = options.PasswordPath is null ? options.Password ?? "" : File.ReadAllText(options.PasswordPath).TrimEnd();
        return Encoding.UTF8.GetBytes(text);
    }

    private static (string Host, int Port) HostAndPort(MqttOptions options)
    {
        var broker = new Uri(options.Broker!);
        var usual = broker.Scheme == SecureScheme ? SecurePort : PlainPort;
        return (broker.DnsSafeHost, broker.Port > 0 ? broker.Port : usual);
    }
}
