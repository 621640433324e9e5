using System.ComponentModel.DataAnnotations;
using AVServer.Media;

namespace AVServer.Server.Delivery.Mqtt;

/// <summary>The broker that events are published to, from the section <c>Mqtt</c>; checked before the port opens.</summary>
public sealed class MqttOptions
{
    public const string Section = "Mqtt";

    /// <summary>
    /// The broker: <c>mqtt://host:1883</c>, or <c>mqtts://host:8883</c> by TLS; the port may be left out. Default: absent, nothing is
    /// published.
    /// </summary>
    public string? Broker { get; set; }

    /// <summary>User at the broker. Default: none.</summary>
    public string? User { get; set; }

    /// <summary>The user's password. Default: none.</summary>
    public string? Password { get; set; }

    /// <summary>
    /// File with the password, in place of <see cref="Password"/>; read at each connection, less white space at its end. Default: none.
    /// </summary>
    public string? PasswordPath { get; set; }

    /// <summary>
    /// PEM file with the authorities that may have signed the broker's certificate, in place of this machine's. Default: none.
    /// </summary>
    public string? AuthorityPath { get; set; }

    /// <summary>PEM file with a certificate by which the server shows who it is. Default: none.</summary>
    public string? CertificatePath { get; set; }

    /// <summary>PEM file with that certificate's key. Default: it is in the same file.</summary>
    public string? CertificateKeyPath { get; set; }

    /// <summary>
    /// Name of the connection at the broker, which has one connection a name. Default: <c>avserver-</c> and this machine's name.
    /// </summary>
    [StringLength(256, MinimumLength = 1)]
    public string? ClientId { get; set; }

    /// <summary>
    /// What every topic begins with; servers on one broker need one each. Default <c>avserver</c>.
    /// </summary>
    public string Prefix { get; set; } = "avserver";

    /// <summary>Version of the protocol: 5, or 3 for 3.1.1. Default 5.</summary>
    [AllowedValues(3, 5, ErrorMessage = "Expected Mqtt:Version 5, or 3 for 3.1.1.")]
    public int Version { get; set; } = 5;

    /// <summary>Quality of service of what is published: 0 at most once, 1 at least once, 2 exactly once. Default 1.</summary>
    [Range(0, 2)]
    public int Qos { get; set; } = 1;

    /// <summary>Types that are published, by wire name. Default: all but <c>telemetry</c>, which never is.</summary>
    public IList<string> Types { get; set; } = [];

    /// <summary>Streams whose events are published, by id. Default: all.</summary>
    public IList<string> Streams { get; set; } = [];

    /// <summary>
    /// Topic under which Home Assistant looks for devices, <c>homeassistant</c> by its default. Default: absent, it is told of none.
    /// </summary>
    public string? DiscoveryPrefix { get; set; }

    /// <summary>Events that wait for the broker; beyond, new ones are dropped. Default 1,000.</summary>
    [Range(1, 100_000)]
    [Limit(Beyond.Dropped, "avserver.mqtt.dropped")]
    public int QueuedEvents { get; set; } = 1_000;

    /// <summary>
    /// Streams whose state stays at the broker; beyond, those that were closed longest ago are taken away. Default 256.
    /// </summary>
    [Range(1, 10_000)]
    public int StreamsKept { get; set; } = 256;

    /// <summary>Time for a connection, and for the broker to take an event. Default 10 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:02:00")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How often the connection shows that it lives; a broker that hears nothing for one and a half of it says that the server is offline.
    /// Default 30 s.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan KeepAlive { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Pause after the first connection that failed, by and large: it doubles with each further one, and how long each is is left to
    /// chance. Default 1 s.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:10:00")]
    public TimeSpan FirstPause { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Longest pause between two connections. Default 1 min.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "01:00:00")]
    public TimeSpan LongestPause { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>Whether there is a broker.</summary>
    internal bool IsOn => !string.IsNullOrWhiteSpace(Broker);
}
