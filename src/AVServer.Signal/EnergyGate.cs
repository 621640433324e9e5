namespace AVServer.Signal;

/// <summary>
/// Stage 0 of the cascade for one stream: tells, frame by frame, whether there may be a voice. Compares the voice band's log-mel
/// energies with a noise floor per band that falls fast and rises slowly.
/// </summary>
/// <remarks>Pure: the same vectors give the same answers. Not for several threads; allocates nothing after construction.</remarks>
public sealed class EnergyGate
{
    private const double DbPerNeper = 4.342944819;   // 10 / ln 10: log-mel values are natural logarithms of power

    /// <summary>Share of a new vector in the smoothed one: an average over about four frames.</summary>
    private const float Smoothing = 0.4f;

    /// <summary>Share of the way that a floor falls in one frame towards a level beneath it.</summary>
    private const float Fall = 0.1f;

    private readonly EnergyGateOptions _options;
    private readonly int _mels;
    private readonly int _firstBand;
    private readonly float _riseStep;
    private readonly float[] _level;
    private readonly float[] _floor;
    private long _frame;
    private long _openUntil;

    /// <param name="fbank">What the vectors are made of.</param>
    /// <param name="options">Default: tuned so that quiet speech passes.</param>
    /// <exception cref="ArgumentException">An option is out of range, or no mel band lies in the voice band.</exception>
    public EnergyGate(FbankOptions fbank, EnergyGateOptions? options = null)
    {
        _options = options ?? new EnergyGateOptions();
        if (_options.HangoverFrames < 0 || _options.PrerollFrames < 0 || _options.LearningFrames < 0 || !(_options.OpenDb > 0) || !(_options.RiseDbPerSecond >= 0))
            throw new ArgumentException($"Expected frames and rates of zero or more and OpenDb above zero, got {_options}.", nameof(options));
        _mels = fbank.Mels;
        double low = MelBank.Mel(fbank.LowHz), step = (MelBank.Mel(fbank.UpperHz) - low) / (_mels + 1);
        _firstBand = Math.Max(0, (int)Math.Ceiling((MelBank.Mel(_options.LowHz) - low) / step) - 1);
        int end = Math.Min(_mels, (int)Math.Floor((MelBank.Mel(_options.HighHz) - low) / step));
        if (end <= _firstBand) throw new ArgumentException($"Expected a mel band centred between {_options.LowHz} and {_options.HighHz} Hz, found none.", nameof(options));
        _level = new float[end - _firstBand];
        _floor = new float[end - _firstBand];
        _riseStep = (float)(_options.RiseDbPerSecond / DbPerNeper * fbank.HopMs / 1000);
    }

    /// <inheritdoc cref="EnergyGateOptions.PrerollFrames"/>
    public int PrerollFrames => _options.PrerollFrames;

    /// <summary>How far the last vector's voice band rose above the noise floor, in decibels; 0 before the first.</summary>
    public double RiseDb { get; private set; }

    /// <summary>Takes the next frame's vector.</summary>
    /// <param name="logMel">[mels] natural logarithms, as <see cref="FbankComputer.Compute"/> gives them; not kept.</param>
    /// <returns>True while the gate is open: the frame, and those of <see cref="PrerollFrames"/> before an opening, should be worked on.</returns>
    /// <exception cref="ArgumentException"><paramref name="logMel"/> is not as long as the number of mel bands.</exception>
    public bool Next(ReadOnlySpan<float> logMel)
    {
        if (logMel.Length != _mels) throw new ArgumentException($"Expected {_mels} mel bands, got {logMel.Length}.", nameof(logMel));
        Follow(logMel.Slice(_firstBand, _level.Length));
        bool loud = _frame < _options.LearningFrames || RiseDb >= _options.OpenDb;
        if (loud) _openUntil = _frame + 1 + _options.HangoverFrames;
        return _frame++ < _openUntil;
    }

    /// <summary>Forgets everything: the next vector is the first of a new stream.</summary>
    public void Reset() => (_frame, _openUntil, RiseDb) = (0, 0, 0);

    private void Follow(ReadOnlySpan<float> voice)
    {
        float rise = 0;
        for (int band = 0; band < voice.Length; band++)
        {
            float level = _frame == 0 ? voice[band] : _level[band] + Smoothing * (voice[band] - _level[band]);
            float floor = _frame == 0 ? level : _floor[band];
            rise += MathF.Max(0, level - MathF.Max(floor, _options.SilenceLogMel));
            _level[band] = level;
            floor = level < floor ? floor + Fall * (level - floor) : MathF.Min(level, floor + _riseStep);
            _floor[band] = MathF.Max(floor, _options.SilenceLogMel);
        }
        RiseDb = rise / voice.Length * DbPerNeper;
    }
}
