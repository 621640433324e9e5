namespace AVServer.Detection;

/// <summary>
/// Cuts a stream's voice activity into utterances: hysteresis, a pause that ends one, a longest length with overlap for those who don't
/// pause.
/// </summary>
/// <remarks>Pure: counts frames from 0, knows no clock. One stream's own.</remarks>
public sealed class UtteranceSegmenter
{
    private readonly UtteranceOptions _options;
    private readonly int _minimum;
    private readonly int _pause;
    private readonly int _before;
    private readonly int _after;
    private readonly int _maximum;
    private readonly int _overlap;
    private State _state;
    private long _frame;
    private long _start;
    private long _earliest;
    private long _onset;
    private long _lastVoice;
    private int _voiced;

    /// <exception cref="ArgumentException">The lengths contradict each other.</exception>
    public UtteranceSegmenter(UtteranceOptions? options = null)
    {
        _options = options ??= new UtteranceOptions();
        _minimum = Math.Max(1, Frames(options.Minimum));
        (_pause, _before, _after) = (Math.Max(1, Frames(options.Pause)), Frames(options.Before), Frames(options.After));
        (_maximum, _overlap) = (Frames(options.Maximum), Frames(options.Overlap));
        if (!(options.Close <= options.Open) || _after > _pause || _overlap + _pause + _minimum + _before >= _maximum || _before < 0
            || _after < 0 || _overlap < 0)
            throw new ArgumentException(
                $"Expected Close ≤ Open, After ≤ Pause, and a Maximum longer than everything else together, got {options}.",
                nameof(options));
    }

    /// <summary>Whether an utterance is under way.</summary>
    public bool IsSpeaking => _state == State.Speaking;

    /// <summary>Number of the next frame, hence frames heard since the beginning.</summary>
    public long Frame => _frame;

    /// <summary>Frames since the last one with a voice.</summary>
    public long RestFrames => _frame - 1 - _lastVoice;

    /// <summary>Frame just past the utterance if nobody speaks until then.</summary>
    public long RestEnd => _lastVoice + 1 + _after;

    /// <summary>Hears the next frame.</summary>
    /// <param name="voice">Voice activity, 0 to 1.</param>
    /// <returns>What that changes.</returns>
    public UtteranceChange Next(float voice)
    {
        var now = _frame++;
        var voiced = voice >= (_state == State.Quiet ? _options.Open : _options.Close);
        if (voiced) _lastVoice = now;
        var rests = !voiced && now - _lastVoice >= _pause;
        return _state switch
        {
            State.Quiet when voiced => Rise(now),
            State.Rising when voiced => Begin(now),
            State.Speaking when now + 1 - _start >= _maximum => Cut(now + 1),
            State.Speaking when rests => End(now + 1),
            State.Cut when voiced => GoOn(now),
            State.Rising or State.Cut when rests => Rest(),
            _ => default,
        };
    }

    /// <summary>Ends what is under way, because no more sound follows.</summary>
    /// <returns>The end of the utterance, if there is one.</returns>
    public UtteranceChange Finish()
    {
        var change = _state == State.Speaking ? End(_frame) : default;
        _state = State.Quiet;
        return change;
    }

    /// <summary>Forgets everything: the next frame is number 0.</summary>
    public void Reset() => (_state, _frame, _start, _earliest, _onset, _lastVoice, _voiced) = (State.Quiet, 0, 0, 0, 0, 0, 0);

    private UtteranceChange Rise(long now)
    {
        (_state, _onset, _voiced) = (State.Rising, now, 0);
        return Begin(now);
    }

    private UtteranceChange Begin(long now)
    {
        if (++_voiced < _minimum) return default;
        _state = State.Speaking;
        _start = Math.Max(_earliest, _onset - _before);
        return new UtteranceChange(UtteranceStep.Began, _start, now + 1);
    }

    private UtteranceChange GoOn(long now)
    {
        _state = State.Speaking;
        _start = _earliest - _overlap;
        return new UtteranceChange(UtteranceStep.Began, _start, now + 1, Overlaps: true);
    }

    private UtteranceChange Rest()
    {
        _state = State.Quiet;
        return default;
    }

    private UtteranceChange Cut(long end)
    {
        (_state, _earliest) = (State.Cut, end);
        return new UtteranceChange(UtteranceStep.Ended, _start, end, GoesOn: true);
    }

    private UtteranceChange End(long now)
    {
        var end = Math.Min(RestEnd, now);
        (_state, _earliest) = (State.Quiet, end);
        return new UtteranceChange(UtteranceStep.Ended, _start, end);
    }

    private int Frames(TimeSpan time) => (int)Math.Round(time / _options.Frame);

    private enum State
    {
        Quiet,
        Rising,
        Speaking,
        Cut,
    }
}

/// <summary>What a frame changed.</summary>
public enum UtteranceStep
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>Somebody speaks, since <see cref="UtteranceChange.Start"/>.</summary>
    Began,

    /// <summary>The utterance is over.</summary>
    Ended,
}

/// <summary>A beginning or an end, in frames from the beginning of the sound.</summary>
/// <param name="Step">Which of them.</param>
/// <param name="Start">First frame of the utterance.</param>
/// <param name="End">Frame just past it; past what was heard, at its beginning.</param>
/// <param name="GoesOn">At an end: it was cut for its length, and whoever speaks goes on.</param>
/// <param name="Overlaps">At a beginning: it begins inside the one before, which was cut.</param>
public readonly record struct UtteranceChange(UtteranceStep Step, long Start, long End, bool GoesOn = false, bool Overlaps = false);
