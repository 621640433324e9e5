using System.Threading.Channels;
using AVServer.Contracts;
using AVServer.Media;

namespace AVServer.Pipeline;

/// <summary>
/// Runs a stream's <see cref="AudioVisualTrack"/>: at once for a file, beside the sound for a live stream, so that pictures never hold up
/// what is only heard.
/// </summary>
/// <remarks>
/// Beside the sound, what waits is bounded: steps of sound wait for room. Of pictures the oldest is dropped and a gap told, unless the
/// stream comes faster than its own time or the configuration forbids it; then they wait too. What was noticed is collected with the
/// stream's next media.
/// </remarks>
internal sealed class AudioVisualRun : IAsyncDisposable
{
    /// <summary>Pictures that may wait: more would only make what is noticed later, where the machine is too slow.</summary>
    private const int WaitingPictures = 5;

    /// <summary>Steps of sound that may wait, some five seconds.</summary>
    private const int WaitingSteps = 64;

    private static readonly TimeSpan LiveSlack = TimeSpan.FromMilliseconds(250);

    private static readonly TimeSpan GapsApart = TimeSpan.FromSeconds(1);

    private readonly AudioVisualTrack _track;
    private readonly bool _dropsLate;
    private readonly SenderPace _pace;
    private readonly Channel<FeatureStep> _steps = Channel.CreateBounded<FeatureStep>(WaitingSteps);
    private readonly Channel<VideoFrame> _pictures = Channel.CreateBounded<VideoFrame>(WaitingPictures);
    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });
    private readonly Lock _gate = new();
    private readonly List<StreamEvent> _found = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly Task? _work;
    private TimeSpan? _droppedSince;
    private TimeSpan _dropped;

    /// <param name="track">This stream's own; disposed with it.</param>
    /// <param name="beside">Whether to run beside the sound.</param>
    /// <param name="dropsLate">Whether pictures may be dropped.</param>
    /// <param name="time">Tells whether the stream comes at its own speed.</param>
    public AudioVisualRun(AudioVisualTrack track, bool beside, bool dropsLate, TimeProvider time)
    {
        (_track, _dropsLate, _pace) = (track, dropsLate, new SenderPace(time, LiveSlack));
        if (beside) _work = Task.Run(WorkAsync);
    }

    /// <summary>Takes a step of sound.</summary>
    public async ValueTask AcceptStepAsync(FeatureStep step, List<StreamEvent> events, CancellationToken cancellationToken)
    {
        if (_work is null)
        {
            _track.AcceptStep(step);
            await _track.AdvanceAsync(events, cancellationToken);
            return;
        }
        await WriteAsync(_steps.Writer, step, cancellationToken);
        Collect(events);
    }

    /// <summary>Takes a picture.</summary>
    public async ValueTask AcceptPictureAsync(VideoFrame picture, List<StreamEvent> events, CancellationToken cancellationToken)
    {
        if (_work is null)
        {
            _track.AcceptPicture(picture);
            await _track.AdvanceAsync(events, cancellationToken);
            return;
        }
        var mayDrop = _pace.IsLive(picture.Time) && _dropsLate;
        while (mayDrop && _pictures.Reader.Count >= WaitingPictures && _pictures.Reader.TryRead(out var dropped))
        {
            _droppedSince ??= dropped.Time;
            _dropped += (_pictures.Reader.TryPeek(out var next) ? next : picture).Time - dropped.Time;
            dropped.Release();
        }
        if (picture.Time - _droppedSince >= GapsApart) ReportDropped(events);
        await WriteAsync(_pictures.Writer, picture, cancellationToken);
        Collect(events);
    }

    /// <summary>Ends the media and waits for what is still under way.</summary>
    public async ValueTask CompleteAsync(List<StreamEvent> events, CancellationToken cancellationToken)
    {
        if (_work is null)
        {
            await _track.AdvanceAsync(events, cancellationToken, atEnd: true);
            return;
        }
        _steps.Writer.TryComplete();
        _pictures.Writer.TryComplete();
        _wake.Writer.TryWrite(true);
        await _work.WaitAsync(cancellationToken);
        Collect(events);
        ReportDropped(events);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        if (_work is not null) await _work.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _track.DisposeAsync();
        _stop.Dispose();
    }

    private async Task WorkAsync()
    {
        var events = new List<StreamEvent>();
        try
        {
            while (true)
            {
                var atEnd = _steps.Reader.Completion.IsCompleted && _pictures.Reader.Completion.IsCompleted;
                while (_steps.Reader.TryRead(out var step)) _track.AcceptStep(step);
                while (_pictures.Reader.TryRead(out var picture)) _track.AcceptPicture(picture);
                await _track.AdvanceAsync(events, _stop.Token, atEnd);
                lock (_gate) _found.AddRange(events);
                events.Clear();
                if (atEnd) return;
                if (!_steps.Reader.Completion.IsCompleted || !_pictures.Reader.Completion.IsCompleted)
                    await _wake.Reader.ReadAsync(_stop.Token);
            }
        }
        catch (Exception e)
        {
            // Whoever writes next, or waits for the end, is told.
            _steps.Writer.TryComplete(e);
            _pictures.Writer.TryComplete(e);
            throw;
        }
    }

    private async ValueTask WriteAsync<T>(ChannelWriter<T> writer, T item, CancellationToken cancellationToken)
    {
        while (!writer.TryWrite(item))
            if (!await writer.WaitToWriteAsync(cancellationToken)) await _work!;   // it ended early, by a failure
        _wake.Writer.TryWrite(true);
    }

    // On a machine that is a little too slow, pictures are dropped again and again: one gap tells of all of a second.
    private void ReportDropped(List<StreamEvent> events)
    {
        if (_droppedSince is { } since) events.Add(new GapEvent(MediaKind.Video, GapReason.DroppedWhenBusy, since, _dropped));
        (_droppedSince, _dropped) = (null, TimeSpan.Zero);
    }

    private void Collect(List<StreamEvent> events)
    {
        lock (_gate)
        {
            events.AddRange(_found);
            _found.Clear();
        }
    }
}
