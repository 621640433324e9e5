using System.Threading.Channels;
using AVServer.Contracts;

namespace AVServer.Pipeline;

/// <summary>
/// Runs a stream's <see cref="SpeechTrack"/>: at once for a file, beside the wake words for a live stream, so that these wait for nothing.
/// </summary>
/// <remarks>
/// Beside the sound, what waits is bounded. Of a live stream what finds no room, behind a recogniser that is too slow, is left out and a
/// gap in the text told, so that no wake word waits for it; a sender who is faster than his own time waits.
/// </remarks>
internal sealed class SpeechRun : IAsyncDisposable
{
    /// <summary>Steps of sound that may wait, some five seconds.</summary>
    private const int Waiting = 64;

    // While the gate is closed, time goes on for those who wait for something; for longer nobody does.
    private const int SilentStepsAccepted = 8;

    private static readonly TimeSpan LiveSlack = TimeSpan.FromMilliseconds(250);

    private readonly SpeechTrack _track;
    private readonly Channel<SpeechInput>? _inputs;
    private readonly Lock _gate = new();
    private readonly List<StreamEvent> _found = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _work = Task.CompletedTask;
    private readonly SenderPace _pace;
    private bool _isLive;
    private TimeSpan? _missedSince;
    private TimeSpan _missedUntil;
    private int _silentSteps = SilentStepsAccepted;
    private TaskCompletionSource _signal = NewSignal();

    /// <param name="track">This stream's own; disposed with this.</param>
    /// <param name="beside">Whether to run beside the sound.</param>
    /// <param name="time">Tells whether the stream comes at its own speed.</param>
    public SpeechRun(SpeechTrack track, bool beside, TimeProvider time)
    {
        (_track, _pace) = (track, new SenderPace(time, LiveSlack));
        if (!beside) return;
        _inputs = Channel.CreateBounded<SpeechInput>(new BoundedChannelOptions(Waiting) { SingleReader = true });
        _work = Task.Run(WorkAsync);
    }

    /// <summary>Whether it runs beside the sound.</summary>
    public bool IsBeside => _inputs is not null;

    /// <summary>What was understood so far of who is speaking; null where nothing was.</summary>
    public string? Partial => _track.Partial;

    /// <summary>Ends when there is something to <see cref="Collect"/>.</summary>
    public Task EventsReady
    {
        get
        {
            lock (_gate) return _signal.Task;
        }
    }

    /// <summary>Takes a step of sound.</summary>
    public ValueTask AcceptSoundAsync(SoundStep sound, List<StreamEvent> events, CancellationToken cancellationToken)
    {
        _silentSteps = 0;
        return AcceptAsync(sound, sound.Start, events, cancellationToken);
    }

    /// <summary>Lets a step pass in which the gate is closed.</summary>
    /// <param name="end">Media time at its end.</param>
    /// <param name="events">Receives what was noticed.</param>
    /// <param name="cancellationToken">Ends the wait for room.</param>
    public ValueTask AcceptSilenceAsync(TimeSpan end, List<StreamEvent> events, CancellationToken cancellationToken) =>
        ++_silentSteps > SilentStepsAccepted ? ValueTask.CompletedTask : AcceptAsync(new SilentStep(end), end, events, cancellationToken);

    /// <summary>Takes a client's words, from whoever reads the stream's chunks.</summary>
    public async ValueTask AcceptTextAsync(TextMessage text, CancellationToken cancellationToken)
    {
        if (_inputs is null) throw new InvalidOperationException("Expected words from live streams only.");
        await WriteAsync(_inputs, new SuppliedText(text), cancellationToken);
    }

    /// <summary>Ends the sound, for good or until it goes on elsewhere.</summary>
    public ValueTask EndSoundAsync(List<StreamEvent> events, CancellationToken cancellationToken) =>
        AcceptAsync(new SoundEnd(), null, events, cancellationToken);

    /// <summary>Ends the media and waits for what is still under way.</summary>
    public async ValueTask CompleteAsync(List<StreamEvent> events, CancellationToken cancellationToken)
    {
        if (_inputs is null)
        {
            await _track.CompleteAsync(events, cancellationToken);
            return;
        }
        _inputs.Writer.TryComplete();
        await _work.WaitAsync(cancellationToken);
        Collect(events);
        ReportMissed(events);
    }

    /// <summary>Moves what was noticed meanwhile to <paramref name="events"/>.</summary>
    public void Collect(List<StreamEvent> events)
    {
        lock (_gate)
        {
            if (_found.Count == 0) return;
            events.AddRange(_found);
            _found.Clear();
            _signal = NewSignal();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _work.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _track.DisposeAsync();
        _stop.Dispose();
    }

    private async ValueTask AcceptAsync(SpeechInput input, TimeSpan? at, List<StreamEvent> events, CancellationToken cancellationToken)
    {
        if (_inputs is null)
        {
            await _track.AcceptAsync(input, events, cancellationToken);
            return;
        }
        if (at is { } time) _isLive = _pace.IsLive(time);
        // A hole ends where there is room again for seconds: speech in shreds has no words.
        var isInHole = _isLive && _missedSince is not null && _inputs.Reader.Count > Waiting / 2;
        if (!isInHole && _inputs.Writer.TryWrite(input))
        {
            if (input is SoundStep) ReportMissed(events);
        }
        else if (_isLive && !_work.IsCompleted)
        {
            // The next step that finds room follows a hole, and begins a new utterance.
            if (input is SoundStep sound) (_missedSince, _missedUntil) = (_missedSince ?? sound.Start, sound.Start + AudioClock.Step);
        }
        else
        {
            await WriteAsync(_inputs, input, cancellationToken);
        }
    }

    private void ReportMissed(List<StreamEvent> events)
    {
        if (_missedSince is { } since) events.Add(new GapEvent(MediaKind.Text, GapReason.DroppedWhenBusy, since, _missedUntil - since));
        _missedSince = null;
    }

    private async ValueTask WriteAsync(Channel<SpeechInput> inputs, SpeechInput input, CancellationToken cancellationToken)
    {
        while (!inputs.Writer.TryWrite(input))
            if (!await inputs.Writer.WaitToWriteAsync(cancellationToken)) await _work;   // it ended early, by a failure
    }

    private async Task WorkAsync()
    {
        var events = new List<StreamEvent>();
        try
        {
            await foreach (var input in _inputs!.Reader.ReadAllAsync(_stop.Token))
            {
                await _track.AcceptAsync(input, events, _stop.Token);
                Publish(events);
            }
            await _track.CompleteAsync(events, _stop.Token);
            Publish(events);
        }
        catch (Exception e)
        {
            // Whoever writes next, or waits for the end, is told.
            _inputs!.Writer.TryComplete(e);
            throw;
        }
    }

    private void Publish(List<StreamEvent> events)
    {
        if (events.Count == 0) return;
        lock (_gate)
        {
            _found.AddRange(events);
            _signal.TrySetResult();
        }
        events.Clear();
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
