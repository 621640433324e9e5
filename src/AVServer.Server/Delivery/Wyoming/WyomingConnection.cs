using System.IO.Pipelines;
using System.Net.Sockets;
using AVServer.Contracts;
using AVServer.Pipeline;
using AVServer.Server.Configuration;
using AVServer.Server.Events;
using AVServer.Server.Observability;
using AVServer.Server.Streams;

namespace AVServer.Server.Delivery.Wyoming;

/// <summary>One connection of the bridge, from its first message to its end.</summary>
internal sealed class WyomingConnection : IDisposable
{
    private readonly IStreamPipeline _pipeline;
    private readonly IKeywordRegistry _keywords;
    private readonly StreamRegistry _registry;
    private readonly EventBroker _broker;
    private readonly FaultReports _faults;
    private readonly ServerLimits _limits;
    private readonly TimeProvider _time;
    private readonly PipeReader _pipe;
    private readonly WyomingReader _reader;
    private readonly WyomingWriter _writer;
    private IReadOnlyList<string> _names = [];
    private volatile WyomingSession? _session;

    /// <param name="stream">The connection; the caller's to dispose.</param>
    /// <param name="pipeline">Knows the wake words that models were trained for.</param>
    /// <param name="keywords">Those that were given as text.</param>
    /// <param name="registry">Opens streams.</param>
    /// <param name="broker">Has their events.</param>
    /// <param name="faults">Counts what is refused.</param>
    /// <param name="limits">Bounds of messages and waits.</param>
    /// <param name="time">Measures waits.</param>
    public WyomingConnection(
        NetworkStream stream, IStreamPipeline pipeline, IKeywordRegistry keywords, StreamRegistry registry, EventBroker broker,
        FaultReports faults, ServerLimits limits, TimeProvider time)
    {
        (_pipeline, _keywords, _registry, _broker) = (pipeline, keywords, registry, broker);
        (_faults, _limits, _time) = (faults, limits, time);
        _pipe = PipeReader.Create(stream, new StreamPipeReaderOptions(leaveOpen: true));
        _reader = new WyomingReader(_pipe, limits.MaxMessageBytes);
        _writer = new WyomingWriter(stream, limits.CloseTimeout, time);
    }

    /// <summary>
    /// Serves the peer until it leaves, breaks the protocol, or stops within a message. A satellite that is muted may be silent for days.
    /// Never throws for what the peer does.
    /// </summary>
    public async Task RunAsync(CancellationToken stopNow)
    {
        var reason = CloseReason.Disconnected;
        try
        {
            while (true)
            {
                if (await ReadAsync(stopNow) is { } message) await HandleAsync(message);
                else if (_session is { IsIdle: true }) await EndSessionAsync(CloseReason.Idle);   // the next sound begins another
                else break;
            }
            reason = _session is null ? CloseReason.Completed : reason;
        }
        catch (WyomingException wrong)
        {
            await SendErrorAsync(FaultCodes.BadRequest, wrong.Message);
        }
        catch (RefusedException refused)
        {
            _faults.Refused(refused.Code);
            await SendErrorAsync(refused.Code, refused.Message);
        }
        catch (TimeoutException)
        {
            reason = CloseReason.Idle;
            await SendErrorAsync(
                FaultCodes.LimitExceeded, $"Expected the rest of a message within {_limits.IdleTimeout.TotalSeconds} s, got none.");
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException)
        {
            // The peer went away, or the server stops.
        }
        await EndSessionAsync(reason);
        await _pipe.CompleteAsync();
    }

    public void Dispose()
    {
        _session?.Dispose();
        _writer.Dispose();
    }

    // A stream that ends for reasons of its own calls the wait for the peer off.
    private async Task<WyomingMessage?> ReadAsync(CancellationToken stopNow)
    {
        do
        {
            if (_session is { Completion.IsCompleted: true }) return null;
            if (await _reader.WaitAsync(stopNow)) break;
            if (!_reader.WasCanceled) return null;
        }
        while (true);
        using var silence = new CancellationTokenSource(_limits.IdleTimeout, _time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(silence.Token, stopNow);
        try
        {
            return await _reader.ReadAsync(stop.Token);
        }
        catch (OperationCanceledException) when (silence.IsCancellationRequested && !stopNow.IsCancellationRequested)
        {
            throw new TimeoutException();
        }
    }

    private async Task HandleAsync(WyomingMessage message)
    {
        switch (message.Type)
        {
            case "describe":
                await _writer.WriteAsync("info", WyomingInfo.Describe(Words));
                break;
            case "ping":
                await _writer.WriteAsync("pong", message.Text("text") is { } text ? new { text } : null);
                break;
            case "detect":
                _names = Known(message.Texts("names"));
                break;
            case "audio-start":
                await StopAsync();
                await StartAsync(WyomingFormat.Of(message), message.RoundedNumber("timestamp"));
                break;
            case "audio-chunk":
                var (format, timestamp) = (WyomingFormat.Of(message), message.RoundedNumber("timestamp"));
                if (_session is null) await StartAsync(format, timestamp);
                await _session!.AcceptAsync(format, timestamp, message.Payload);
                break;
            case "audio-stop":
                await StopAsync();
                break;
            default:
                break;   // as the protocol's own servers do with what is for others
        }
    }

    private IReadOnlyList<WyomingWord> Words => WyomingInfo.Words(_pipeline.Models, _keywords.Keywords);

    private IReadOnlyList<string> Known(IReadOnlyList<string> names)
    {
        var keywords = Words.Select(word => word.Name).ToArray();
        return names.All(keywords.Contains)
            ? names
            : throw new RefusedException(
                FaultCodes.UnknownModel,
                $"Expected names of wake words out of {string.Join(", ", keywords)}, got another; see the answer to describe.");
    }

    private async Task StartAsync(WyomingFormat format, long? timestamp)
    {
        var session = await WyomingSession.OpenAsync(format, _names, timestamp ?? 0, _registry, _broker, _writer);
        _session = session;
        _ = CancelReadAsync(session);
    }

    private async Task CancelReadAsync(WyomingSession session)
    {
        await session.Completion;
        if (ReferenceEquals(_session, session)) _pipe.CancelPendingRead();   // else the peer's own audio-stop ended it
    }

    private async Task StopAsync()
    {
        if (_session is not { } session) return;
        _session = null;
        using (session)
            if (await session.EndAsync(CloseReason.Completed) is { } fault) throw new RefusedException(fault.Code, fault.Message);
    }

    private async Task EndSessionAsync(CloseReason reason)
    {
        if (_session is not { } session) return;
        _session = null;
        using (session)
            if (await session.EndAsync(reason) is { } fault) await SendErrorAsync(fault.Code, fault.Message);
    }

    private async Task SendErrorAsync(string code, string text)
    {
        try
        {
            await _writer.WriteErrorAsync(code, text);
        }
        catch (IOException)
        {
            // The peer did not wait for it.
        }
    }
}
