using System.ComponentModel.DataAnnotations;
using AVServer.Media;

namespace AVServer.Server.Delivery.Webhooks;

/// <summary>The addresses that events are posted to, from the section <c>Webhooks</c>; checked before the port opens.</summary>
public sealed class WebhooksOptions
{
    public const string Section = "Webhooks";

    /// <summary>The addresses, as <c>Webhooks:0</c>, <c>Webhooks:1</c> and so on. Default: none.</summary>
    public IList<WebhookOptions> Hooks { get; } = [];
}

/// <summary>One address and what it gets.</summary>
public sealed class WebhookOptions
{
    /// <summary>The shortest secret that is taken: 16 characters.</summary>
    public const int MinSecretLength = 16;

    /// <summary>Where events are posted to: <c>http</c> or <c>https</c>, without a user or password.</summary>
    public string Url { get; set; } = "";

    /// <summary>
    /// What the signature is made with: <c>whsec_</c> and base64, or any text of at least <see cref="MinSecretLength"/> characters.
    /// </summary>
    public string Secret { get; set; } = "";

    /// <summary>Types that are posted, by wire name. Default: all but <c>telemetry</c>, which never is.</summary>
    public IList<string> Types { get; set; } = [];

    /// <summary>Streams whose events are posted, by id. Default: all.</summary>
    public IList<string> Streams { get; set; } = [];

    /// <summary>Events that wait for this address; beyond, they are given up. Default 1,000.</summary>
    [Range(1, 100_000)]
    [Limit(Beyond.Dropped, "avserver.webhooks.given-up")]
    public int QueuedEvents { get; set; } = 1_000;

    /// <summary>Requests to this address at once; the events of one stream never overtake each other. Default 4.</summary>
    [Range(1, 64)]
    public int Concurrency { get; set; } = 4;

    /// <summary>Time for one request. Default 10 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.050", "00:02:00")]
    [Limit(Beyond.Ended, "avserver.webhooks.failures")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Requests that are made for one event before it is given up. Default 8, over two minutes or so.</summary>
    [Range(1, 100)]
    [Limit(Beyond.Dropped, "avserver.webhooks.given-up")]
    public int Attempts { get; set; } = 8;

    /// <summary>
    /// Pause after the first request that failed, by and large: it doubles with each further one, and how long each is is left to chance.
    /// Default 1.5 s.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:10:00")]
    public TimeSpan FirstPause { get; set; } = TimeSpan.FromSeconds(1.5);

    /// <summary>Longest pause between two requests, whatever <c>Retry-After</c> asks for. Default 5 min.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "1.00:00:00")]
    public TimeSpan LongestPause { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// File that events which were given up are appended to, one JSON line each. Default: absent, they are counted and gone.
    /// </summary>
    public string? DeadLetterPath { get; set; }
}
