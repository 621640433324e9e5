using System.ComponentModel.DataAnnotations;
using AVServer.Media;

namespace AVServer.Server.Configuration;

/// <summary>Every limit of the server, from the section <c>Server:Limits</c>; checked before the port opens.</summary>
public sealed class ServerLimits : IValidatableObject
{
    public const string Section = "Server:Limits";

    /// <summary>Streams that are open at once. Default 2,000.</summary>
    [Range(1, 100_000)]
    [Limit(Beyond.Refused, "avserver.streams.refused")]
    public int MaxStreams { get; set; } = 2_000;

    /// <summary>
    /// How far half of the live streams may lie behind. From half of it on new ones are refused; beyond it those that came last are ended,
    /// until as many are left as the machine can hear. Default 0.5 s.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:10:00")]
    [Limit(Beyond.Refused, "avserver.streams.refused")]
    public TimeSpan MaxLag { get; set; } = TimeSpan.FromSeconds(0.5);

    /// <summary>Largest message of a media socket in bytes, its nine bytes of header included. Default 1 MiB.</summary>
    [Range(1_024, 64 << 20)]
    [Limit(Beyond.Ended, "avserver.streams.faulted")]
    public int MaxMessageBytes { get; set; } = 1 << 20;

    /// <summary>Time for the hello after a media socket opened. Default 5 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.050", "00:01:00")]
    [Limit(Beyond.Refused, "avserver.refusals")]
    public TimeSpan HelloTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>A stream closes when no media came for so long. Default 30 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.050", "01:00:00")]
    [Limit(Beyond.Ended, "avserver.streams.closed")]
    public TimeSpan IdleTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Time between pings on sockets and comments on server-sent events. Default 15 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.050", "00:05:00")]
    public TimeSpan KeepAliveInterval { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>Time for a peer to answer a close or a ping before its connection is cut. Default 5 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.050", "00:01:00")]
    [Limit(Beyond.Ended, "avserver.sockets.aborted")]
    public TimeSpan CloseTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Chunks of sound or container that wait for a stream's pipeline; beyond, the sender waits. Default 32.</summary>
    [Range(1, 1_024)]
    [Limit(Beyond.Waits, "avserver.senders.waited")]
    public int QueuedChunks { get; set; } = 32;

    /// <summary>
    /// Bytes of sound or container that wait for a stream's pipeline; at least <see cref="MaxMessageBytes"/>. Default 4 MiB.
    /// </summary>
    [Range(1_024, 256 << 20)]
    [Limit(Beyond.Waits, "avserver.senders.waited")]
    public int QueuedBytes { get; set; } = 4 << 20;

    /// <summary>
    /// Pictures that wait for a stream's pipeline; beyond, a live sender's oldest is dropped and a gap told, any other sender waits.
    /// Default 8.
    /// </summary>
    [Range(1, 256)]
    [Limit(Beyond.Dropped, "avserver.pictures.dropped")]
    public int QueuedPictures { get; set; } = 8;

    /// <summary>Bytes of pictures that wait for a stream's pipeline; beyond, as of <see cref="QueuedPictures"/>. Default 4 MiB.</summary>
    [Range(1_024, 256 << 20)]
    [Limit(Beyond.Dropped, "avserver.pictures.dropped")]
    public int QueuedPictureBytes { get; set; } = 4 << 20;

    /// <summary>Last events of each type of a stream that are kept for readers who resume, wake words aside. Default 256.</summary>
    [Range(1, 100_000)]
    [Limit(Beyond.Forgotten, "avserver.events.forgotten.bytes")]
    public int EventsKept { get; set; } = 256;

    /// <summary>Bytes of each type of a stream's events that are kept, wake words aside. Default 256 KiB.</summary>
    [Range(1_024, 1L << 30)]
    [Limit(Beyond.Forgotten, "avserver.events.forgotten.bytes")]
    public long EventBytesKept { get; set; } = 256 << 10;

    /// <summary>How long an event is kept, wake words aside. Default 1 h.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "30.00:00:00")]
    [Limit(Beyond.Forgotten, "avserver.events.forgotten.bytes")]
    public TimeSpan EventAgeKept { get; set; } = TimeSpan.FromHours(1);

    /// <summary>Last wake words of a stream that are kept. Default 1,024.</summary>
    [Range(1, 100_000)]
    [Limit(Beyond.Forgotten, "avserver.events.forgotten.bytes")]
    public int WakeWordsKept { get; set; } = 1_024;

    /// <summary>Bytes of a stream's wake words that are kept. Default 1 MiB.</summary>
    [Range(1_024, 1L << 30)]
    [Limit(Beyond.Forgotten, "avserver.events.forgotten.bytes")]
    public long WakeWordBytesKept { get; set; } = 1 << 20;

    /// <summary>How long a wake word is kept. Default 1 day.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "30.00:00:00")]
    [Limit(Beyond.Forgotten, "avserver.events.forgotten.bytes")]
    public TimeSpan WakeWordAgeKept { get; set; } = TimeSpan.FromDays(1);

    /// <summary>
    /// Bytes that the events of all streams may take together; beyond, each stream that has more than its share loses its oldest, wake
    /// words last. Default 256 MiB.
    /// </summary>
    [Range(1_024, 1L << 40)]
    [Limit(Beyond.Forgotten, "avserver.events.forgotten.bytes")]
    public long EventBytesKeptInAll { get; set; } = 256L << 20;

    /// <summary>How long the events of a closed stream are kept. Default 5 min.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "1.00:00:00")]
    [Limit(Beyond.Forgotten, "avserver.events.forgotten.bytes")]
    public TimeSpan ClosedStreamRetention { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>Closed streams whose events are kept; beyond, the oldest are forgotten. Default 1,000.</summary>
    [Range(0, 100_000)]
    [Limit(Beyond.Forgotten, "avserver.events.forgotten.bytes")]
    public int ClosedStreamsKept { get; set; } = 1_000;

    /// <summary>Readers of events at once, watched streams counted one by one. Default 10,000.</summary>
    [Range(1, 1_000_000)]
    [Limit(Beyond.Refused, "avserver.refusals")]
    public int MaxSubscribers { get; set; } = 10_000;

    /// <summary>Events that wait for one reader; telemetry takes at most half. Default 1,024.</summary>
    [Range(2, 100_000)]
    [Limit(Beyond.Ended, "avserver.readers.ended", "avserver.telemetry.dropped")]
    public int SubscriberQueue { get; set; } = 1_024;

    /// <summary>Largest chunk that the hub's <c>Publish</c> takes, in bytes before base64. Default 64 KiB.</summary>
    [Range(1_024, 16 << 20)]
    [Limit(Beyond.Ended, "avserver.streams.faulted")]
    public int MaxHubChunkBytes { get; set; } = 64 << 10;

    /// <summary>Chunks of one <c>Publish</c> that wait inside the hub. Default 10.</summary>
    [Range(1, 1_024)]
    [Limit(Beyond.Waits, "avserver.senders.waited")]
    public int HubStreamBuffer { get; set; } = 10;

    /// <summary>Words that one call may bring by <c>?word=</c>. Default 20.</summary>
    [Range(0, 1_000)]
    [Limit(Beyond.Refused, "avserver.refusals")]
    public int MaxWordsPerCall { get; set; } = 20;

    /// <summary>Largest file that can be scored, in bytes. Default 512 MiB.</summary>
    [Range(1_024, 64L << 30)]
    [Limit(Beyond.Refused, "avserver.refusals")]
    public long MaxUploadBytes { get; set; } = 512L << 20;

    /// <summary>Files that are being sent at once to be scored; beyond, they are refused. Default 64.</summary>
    [Range(1, 10_000)]
    [Limit(Beyond.Refused, "avserver.refusals")]
    public int ConcurrentUploads { get; set; } = 64;

    /// <summary>Files that are scored at once. Default 2.</summary>
    [Range(1, 256)]
    [Limit(Beyond.Waits, "avserver.senders.waited")]
    public int ConcurrentScores { get; set; } = 2;

    /// <summary>Requests that wait for their turn to be scored; beyond, they are refused. Default 32.</summary>
    [Range(0, 10_000)]
    [Limit(Beyond.Refused, "avserver.refusals")]
    public int QueuedScores { get; set; } = 32;

    /// <summary>At shutdown: time for the open streams to finish. Default 10 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:10:00")]
    [Limit(Beyond.Ended, "avserver.streams.closed")]
    public TimeSpan DrainTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (QueuedBytes < MaxMessageBytes)
            yield return new ValidationResult(
                $"Expected {nameof(QueuedBytes)} of at least {nameof(MaxMessageBytes)} ({MaxMessageBytes}), got {QueuedBytes}; raise it or "
                + $"lower {nameof(MaxMessageBytes)}.",
                [nameof(QueuedBytes)]);
    }
}
