using System.Text.Json.Serialization;

namespace AVServer.Contracts;

/// <summary>Something that was noticed on a stream, as every client sees it.</summary>
/// <remarks>
/// <c>type</c> names the case on the wire. All but <see cref="TelemetryEvent"/> and <see cref="LostEvent"/> are numbered, kept for a while
/// and never dropped for a reader.
/// </remarks>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(OpenedEvent), "opened")]
[JsonDerivedType(typeof(ClosedEvent), "closed")]
[JsonDerivedType(typeof(WakeWordEvent), "wakeWord")]
[JsonDerivedType(typeof(FaceEvent), "face")]
[JsonDerivedType(typeof(SpeechEvent), "speech")]
[JsonDerivedType(typeof(EmotionEvent), "emotion")]
[JsonDerivedType(typeof(GapEvent), "gap")]
[JsonDerivedType(typeof(FaultEvent), "fault")]
[JsonDerivedType(typeof(WarningEvent), "warning")]
[JsonDerivedType(typeof(TelemetryEvent), "telemetry")]
[JsonDerivedType(typeof(LostEvent), "lost")]
public abstract record StreamEvent
{
    /// <summary>The stream that it happened on.</summary>
    public string StreamId { get; init; } = "";

    /// <summary>Its place; a client that goes on names the last one it has as <c>after</c>. Absent for telemetry.</summary>
    public EventCursor? Cursor { get; init; }

    /// <summary>Number of <see cref="Cursor"/>: within its epoch from 1, without gaps. 0 for telemetry.</summary>
    public long Sequence => Cursor?.Sequence ?? 0;

    /// <summary>When it was published, UTC.</summary>
    public DateTimeOffset At { get; init; }
}

/// <summary>The stream's media was accepted; the first event of every stream.</summary>
/// <param name="Models">Names and versions of the models that listen.</param>
public sealed record OpenedEvent(IReadOnlyList<ModelReference> Models) : StreamEvent;

/// <summary>The last event of every stream.</summary>
/// <param name="Reason">Why it ended.</param>
/// <param name="Duration">Media time that was received.</param>
public sealed record ClosedEvent(CloseReason Reason, TimeSpan Duration) : StreamEvent;

/// <summary>A wake word was said.</summary>
/// <param name="Keyword">Which one.</param>
/// <param name="Posterior">Score that passed the threshold: of the last stage that ran, 0 to 1.</param>
/// <param name="Start">Media time at which the word begins.</param>
/// <param name="End">Media time at which the word ends.</param>
/// <param name="Modality">What the decision rests on.</param>
/// <param name="Scores">Score of each stage and modality that ran, by name (<c>firstStage</c>, <c>audio</c>, <c>visual</c>,
/// <c>audioVisual</c>; of a typed word <c>matcher</c>, <c>judge</c>, <c>recogniser</c>, and where they count <c>recordings</c> of it,
/// the <c>trained</c> model of the same keyword, and the three modalities where lips helped to decide).</param>
/// <param name="Model">The model that decided.</param>
/// <param name="DetectedAt">Media time that had been heard when the decision fell; less <paramref name="End"/> it is the algorithmic
/// latency.</param>
public sealed record WakeWordEvent(
    string Keyword,
    float Posterior,
    TimeSpan Start,
    TimeSpan End,
    Modality Modality,
    IReadOnlyDictionary<string, float> Scores,
    ModelReference Model,
    TimeSpan DetectedAt) : StreamEvent;

/// <summary>Whose lips are looked at: told when that changes, and while the face moves, at most four times a second of media.</summary>
/// <param name="Time">Media time of the picture.</param>
/// <param name="Visible">Whether there is a face.</param>
/// <param name="Face">Number of the face within the stream, the same for as long as it is followed; absent without one.</param>
/// <param name="Box">Where the face is; absent without one.</param>
/// <param name="Lips">The square around the lips that is read; absent without a face.</param>
/// <param name="Quality">How well the lips can be read; absent without a face.</param>
/// <param name="LipsMove">Whether the lips moved of late; absent without a face.</param>
/// <param name="Delay">By how much the pictures come behind the sound, negative: before it; this is corrected. Absent without a face and
/// until it is sure.</param>
public sealed record FaceEvent(
    TimeSpan Time,
    bool Visible,
    int? Face = null,
    PictureBox? Box = null,
    PictureBox? Lips = null,
    LipQuality? Quality = null,
    bool? LipsMove = null,
    TimeSpan? Delay = null) : StreamEvent;

/// <summary>Media is missing from the stream.</summary>
/// <param name="Kind">Sound, pictures, or text: what was said there was not written down.</param>
/// <param name="Reason">What became of it.</param>
/// <param name="Start">Media time of the first thing missing.</param>
/// <param name="Duration">How much is missing.</param>
public sealed record GapEvent(MediaKind Kind, GapReason Reason, TimeSpan Start, TimeSpan Duration) : StreamEvent;

/// <summary>The stream can't go on, or a part of it can't.</summary>
/// <param name="Code">Short name for programs, one of <see cref="FaultCodes"/>.</param>
/// <param name="Message">What was expected, what came, what to do; for people.</param>
public sealed record FaultEvent(string Code, string Message) : StreamEvent;

/// <summary>Levels and posterior curves for displays; dropped for a reader who is slow.</summary>
/// <param name="Time">Media time at the end of what it covers.</param>
/// <param name="LevelDb">Root mean square of the sound since the last one, dB below full scale.</param>
/// <param name="GateOpen">Whether the first stage listens.</param>
/// <param name="Posteriors">Posterior of each keyword since the last one, a value every <paramref name="Step"/>.</param>
/// <param name="Step">Time between two posteriors.</param>
/// <param name="Modalities">
/// By keyword of an audio-visual model, its latest scores by way of looking (<c>audio</c>, <c>visual</c>, <c>audioVisual</c>); absent where
/// none was made since the last one.
/// </param>
/// <param name="Speech">What was understood so far of who is speaking, and may still change; absent while nothing was, and where the server
/// doesn't transcribe.</param>
/// <param name="Verified">
/// By keyword of a verifier, the score of the first stage's candidates that is compared with the threshold, in the steps of
/// <paramref name="Posteriors"/>; 0 where the verifier wasn't asked, absent where it was asked nowhere.
/// </param>
/// <param name="Typed">
/// By typed word, the score of its candidates that is compared with the threshold, in the steps of <paramref name="Posteriors"/> in which
/// they were judged, some 0.5 s behind their ends; 0 where there was none, absent for a word that had none.
/// </param>
public sealed record TelemetryEvent(
    TimeSpan Time,
    float LevelDb,
    bool GateOpen,
    IReadOnlyDictionary<string, float[]> Posteriors,
    TimeSpan Step,
    IReadOnlyDictionary<string, IReadOnlyDictionary<string, float>>? Modalities = null,
    string? Speech = null,
    IReadOnlyDictionary<string, float[]>? Verified = null,
    IReadOnlyDictionary<string, float[]>? Typed = null) : StreamEvent;

/// <summary>
/// A box in a picture, in shares of the picture's width and height from its upper left corner; it may reach beyond the picture.
/// </summary>
public sealed record PictureBox(float X, float Y, float Width, float Height);

/// <summary>How well lips can be read; where several things are wrong, the first of this list.</summary>
public enum LipQuality
{
    /// <summary>Nothing is wrong.</summary>
    Good,

    /// <summary>The middle of the mouth lies beyond the picture's edge.</summary>
    OutsidePicture,

    /// <summary>The lips have too few pixels.</summary>
    TooSmall,

    /// <summary>There is too little light on the face.</summary>
    TooDark,

    /// <summary>The head is turned to the side, up or down, or lies on its side.</summary>
    TurnedAway,

    /// <summary>Too few pictures a second: lips need ten or more.</summary>
    TooFewPictures,
}

/// <summary>A model by name and version.</summary>
public sealed record ModelReference(string Name, string Version);

/// <summary>What a detection rests on.</summary>
public enum Modality
{
    Audio,
    Visual,
    AudioVisual,
}

/// <summary>Why a stream ended.</summary>
public enum CloseReason
{
    /// <summary>The sender said that this was all.</summary>
    Completed,

    /// <summary>The connection went away.</summary>
    Disconnected,

    /// <summary>A <see cref="FaultEvent"/> says why.</summary>
    Faulted,

    /// <summary>Nothing arrived for too long.</summary>
    Idle,

    /// <summary>The server is shutting down.</summary>
    ServerStopping,
}

/// <summary>What became of missing media.</summary>
public enum GapReason
{
    /// <summary>The time stamps jumped; silence stands in.</summary>
    MissingInInput,

    /// <summary>
    /// Pictures were dropped because they came faster than they could be seen; of text, what was said wasn't written down in time.
    /// </summary>
    DroppedWhenBusy,

    /// <summary>Pictures that are damaged and can't be decoded.</summary>
    Undecodable,
}

/// <summary>Codes of <see cref="FaultEvent"/> and of the <c>code</c> of a problem over HTTP.</summary>
public static class FaultCodes
{
    /// <summary>The hello is missing, not JSON, or asks for something that does not exist.</summary>
    public const string BadHello = "badHello";

    /// <summary>A chunk is not what the hello announced.</summary>
    public const string BadChunk = "badChunk";

    /// <summary>A chunk's time lies before the end of the one before it.</summary>
    public const string TimeWentBack = "timeWentBack";

    /// <summary>The container or file can't be decoded.</summary>
    public const string Undecodable = "undecodable";

    /// <summary>A stated limit was passed.</summary>
    public const string LimitExceeded = "limitExceeded";

    /// <summary>
    /// The stream reached what the configuration allows one stream: whoever has more to send goes on as a new stream under the same id.
    /// </summary>
    public const string StreamLimit = "streamLimit";

    /// <summary>A wake word that was given as text can't be taken: the message says what of it.</summary>
    public const string BadKeyword = "badKeyword";

    /// <summary>No such model, or none that this server loaded.</summary>
    public const string UnknownModel = "unknownModel";

    /// <summary>Someone already sends on this stream id.</summary>
    public const string StreamBusy = "streamBusy";

    /// <summary>The job has not ended yet, or was cancelled.</summary>
    public const string JobNotFinished = "jobNotFinished";

    /// <summary>One node after the other died while it worked on the job; it can be put back.</summary>
    public const string JobGivenUp = "jobGivenUp";

    /// <summary>The request's path, parameters or filter are not what the route takes.</summary>
    public const string BadRequest = "badRequest";

    /// <summary>No such route or stream.</summary>
    public const string NotFound = "notFound";

    /// <summary>The key or token is missing, wrong or past its time.</summary>
    public const string Unauthorized = "unauthorized";

    /// <summary>The page that asks comes from an origin that the configuration does not name.</summary>
    public const string ForbiddenOrigin = "forbiddenOrigin";

    /// <summary>The request is for a host by which the server is not reached, as a name that was made to lead here.</summary>
    public const string ForbiddenHost = "forbiddenHost";

    /// <summary>The key or token lacks the scope that this needs, or is for other streams; the message says what is needed.</summary>
    public const string Forbidden = "forbidden";

    /// <summary>The caller reached a limit of its key; the message says which, <c>Retry-After</c> when to come back.</summary>
    public const string TooManyRequests = "tooManyRequests";

    /// <summary>The source that media is pulled from is at an address that may not be reached, or leads on to one.</summary>
    public const string ForbiddenAddress = "forbiddenAddress";

    /// <summary>The source that media is pulled from lets nobody in with the user and password of its address.</summary>
    public const string SourceRefused = "sourceRefused";

    /// <summary>The source that media is pulled from can't be reached, doesn't answer, or gives no media.</summary>
    public const string SourceUnreachable = "sourceUnreachable";

    /// <summary>The content type names nothing that the route takes.</summary>
    public const string UnsupportedMedia = "unsupportedMedia";

    /// <summary>As many streams, subscribers or files as the server takes at once; try again later.</summary>
    public const string ServerBusy = "serverBusy";

    /// <summary>The server's disk has no room for the file or for what is found in it.</summary>
    public const string NoRoom = "noRoom";

    /// <summary>The server is shutting down; try again elsewhere or later.</summary>
    public const string ServerStopping = "serverStopping";

    /// <summary>A reader of events fell so far behind that the server let go of it; it may resume with <c>after</c>.</summary>
    public const string ReaderTooSlow = "readerTooSlow";

    /// <summary>The server failed; its log has the details under the stream's id.</summary>
    public const string Internal = "internal";
}
