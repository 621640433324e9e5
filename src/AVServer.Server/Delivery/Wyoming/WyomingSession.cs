using AVServer.Contracts;
using AVServer.Pipeline;
using AVServer.Server.Events;
using AVServer.Server.Ingest;
using AVServer.Server.Streams;

namespace AVServer.Server.Delivery.Wyoming;

/// <summary>The sound of a session as its peer announces it.</summary>
/// <param name="SampleRate">Samples per second and channel.</param>
/// <param name="Width">Bytes of a sample.</param>
/// <param name="Channels">Samples beside each other.</param>
internal sealed record WyomingFormat(long SampleRate, long Width, long Channels)
{
    /// <exception cref="WyomingException">A member is missing, or the server takes no such sound.</exception>
    public static WyomingFormat Of(WyomingMessage message)
    {
        var format = new WyomingFormat(Required(message, "rate"), Required(message, "width"), Required(message, "channels"));
        if (format.Width != sizeof(short))
            throw new WyomingException($"Expected samples of {sizeof(short)} bytes, got {format.Width}; send 16-bit PCM.");
        return format;
    }

    private static long Required(WyomingMessage message, string name) =>
        message.Number(name) is { } number and > 0 and <= int.MaxValue ? (int)number
            : throw new WyomingException($"Expected '{name}' of {message.Type} above 0, got none or another.");
}

/// <summary>
/// The sound between <c>audio-start</c> and <c>audio-stop</c>: a stream like any other, whose wake words become <c>detection</c>s.
/// </summary>
internal sealed class WyomingSession : IDisposable
{
    private readonly WyomingFormat _format;
    private readonly HashSet<string> _names;
    private readonly WyomingClock _clock;
    private readonly WyomingWriter _writer;
    private readonly LiveStream _stream;
    private readonly EventSubscription _subscription;
    private readonly Task _sending;
    private long _frames;
    private int _detections;

    private WyomingSession(
        WyomingFormat format, IEnumerable<string> names, WyomingClock clock, WyomingWriter writer, EventSubscription subscription,
        LiveStream stream)
    {
        (_format, _names, _clock, _writer) = (format, [.. names], clock, writer);
        (_subscription, _stream) = (subscription, stream);
        _sending = SendDetectionsAsync();
    }

    /// <summary>Opens a stream.</summary>
    /// <param name="format">The sound.</param>
    /// <param name="names">Wake words that are asked for; none: all.</param>
    /// <param name="timestamp">The peer's time of the first sample in milliseconds.</param>
    /// <param name="registry">Opens the stream.</param>
    /// <param name="broker">Has its events.</param>
    /// <param name="writer">Told of each wake word; not owned.</param>
    /// <exception cref="Observability.RefusedException">The format can't be taken, or there are too many streams or readers.</exception>
    public static async Task<WyomingSession> OpenAsync(
        WyomingFormat format, IEnumerable<string> names, long timestamp, StreamRegistry registry, EventBroker broker, WyomingWriter writer)
    {
        var hello = new MediaHello(MediaHello.CurrentProtocol, new AudioFormat("pcm_s16le", (int)format.SampleRate, (int)format.Channels));
        HelloReader.Check(hello);
        var id = $"wyoming-{Guid.NewGuid():n}";
        var subscription = broker.Subscribe(new EventFilter(id, ["wakeWord"]));
        try
        {
            var stream = await registry.OpenAsync(new StreamRequest(id, hello), "wyoming");
            return new WyomingSession(format, names, new WyomingClock(timestamp, format.SampleRate), writer, subscription, stream);
        }
        catch
        {
            subscription.Dispose();
            throw;
        }
    }

    /// <summary>Ends when the stream has, whoever ended it.</summary>
    public Task Completion => _stream.Completion;

    /// <summary>Whether it ended because nothing came for long.</summary>
    public bool IsIdle => _stream.Completion is { IsCompletedSuccessfully: true, Result.Closed.Reason: CloseReason.Idle };

    /// <summary>Takes the next samples; waits while the pipeline is behind.</summary>
    /// <param name="format">Theirs.</param>
    /// <param name="timestamp">The peer's time of the first of them in milliseconds; null: where the samples before end.</param>
    /// <param name="samples">The samples.</param>
    /// <exception cref="WyomingException">They are not of the session's format.</exception>
    public async Task AcceptAsync(WyomingFormat format, long? timestamp, ReadOnlyMemory<byte> samples)
    {
        if (format != _format) throw new WyomingException($"Expected audio-chunk like audio-start, {_format}, got {format}.");
        if (samples.Length == 0) return;
        if (timestamp is { } time) _clock.Set(_frames, time);
        var at = TimeSpan.FromSeconds((double)_frames / _format.SampleRate);
        _frames += samples.Length / (_format.Width * _format.Channels);
        await _stream.AcceptAsync(new MediaChunk(MediaKind.Audio, at, samples));
    }

    /// <summary>Ends the sound, hears it out, and tells when it held none of the words.</summary>
    /// <returns>What was wrong with it, if something was.</returns>
    public async Task<FaultEvent?> EndAsync(CloseReason reason)
    {
        _stream.End(reason);
        var outcome = await _stream.Completion;
        _subscription.Complete();
        await _sending;
        if (outcome.Fault is null && _detections == 0 && reason == CloseReason.Completed) await _writer.WriteAsync("not-detected");
        return outcome.Fault;
    }

    public void Dispose() => _subscription.Dispose();

    private async Task SendDetectionsAsync()
    {
        try
        {
            await foreach (var word in _subscription.ReadAllAsync().OfType<WakeWordEvent>())
            {
                if (_names.Count > 0 && !_names.Contains(word.Keyword)) continue;
                _detections++;
                await _writer.WriteAsync("detection", new { name = word.Keyword, timestamp = _clock.At(word.DetectedAt) });
            }
        }
        catch (IOException)
        {
            // The peer went away; the connection's reader sees it too.
            _stream.End(CloseReason.Disconnected);
        }
    }
}
