using System.Runtime.Intrinsics;

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
    /// <exception cref="ArgumentException">An option is out of range, or fewer than eight mel bands lie in the voice band.</exception>
    public EnergyGate(FbankOptions fbank, EnergyGateOptions? options = null)
    {
        _options = options ?? new EnergyGateOptions();
        if (_options.HangoverFrames < 0 || _options.PrerollFrames < 0 || _options.LearningFrames < 0 || !(_options.OpenDb > 0)
            || !(_options.RiseDbPerSecond >= 0))
            throw new ArgumentException(
                $"Expected frames and rates of zero or more and OpenDb above zero, got {_options}.", nameof(options));
        _mels = fbank.Mels;
        double low = MelBank.Mel(fbank.LowHz), step = (MelBank.Mel(fbank.UpperHz) - low) / (_mels + 1);
        _firstBand = Math.Max(0, (int)Math.Ceiling((MelBank.Mel(_options.LowHz) - low) / step) - 1);
        int bands = Math.Min(_mels, (int)Math.Floor((MelBank.Mel(_options.HighHz) - low) / step)) - _firstBand;
        // Whole vectors: up to seven bands more, or fewer where there are no more.
        int vectors = (bands + Vector256<float>.Count - 1) / Vector256<float>.Count;
        if (_firstBand + vectors * Vector256<float>.Count > _mels) vectors--;
        if (vectors < 1)
            throw new ArgumentException(
                $"Expected at least {Vector256<float>.Count} mel bands from {_options.LowHz} to {_options.HighHz} Hz, got {bands}: use "
                + "more bands.", nameof(options));
        _level = new float[vectors * Vector256<float>.Count];
        _floor = new float[_level.Length];
        _riseStep = (float)(_options.RiseDbPerSecond / DbPerNeper * fbank.HopMs / 1000);
    }

    /// <inheritdoc cref="EnergyGateOptions.PrerollFrames"/>
    public int PrerollFrames => _options.PrerollFrames;

    /// <summary>How far the last vector's voice band rose above the noise floor, in decibels; 0 before the first.</summary>
    public double RiseDb { get; private set; }

    /// <summary>Takes the next frame's vector.</summary>
    /// <param name="logMel">[mels] natural logarithms, as <see cref="FbankComputer.Compute"/> gives them; not kept.</param>
    /// <returns>True while the gate is open: the frame, and those of <see cref="PrerollFrames"/> before an opening, should be worked
    /// on.</returns>
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
        if (_frame == 0)
        {
            voice.CopyTo(_level);
            voice.CopyTo(_floor);
        }
        var rise = Vector256<float>.Zero;
        var silence = Vector256.Create(_options.SilenceLogMel);
        for (int band = 0; band < voice.Length; band += Vector256<float>.Count)
        {
            Vector256<float> level = Vector256.LoadUnsafe(ref _level[band]), floor = Vector256.LoadUnsafe(ref _floor[band]);
            level += Smoothing * (Vector256.Create(voice[band..]) - level);
            rise += Vector256.Max(Vector256<float>.Zero, level - Vector256.Max(floor, silence));
            floor = Vector256.ConditionalSelect(
                Vector256.LessThan(level, floor),
                floor + Fall * (level - floor),
                Vector256.Min(level, floor + Vector256.Create(_riseStep)));
            level.StoreUnsafe(ref _level[band]);
            Vector256.Max(floor, silence).StoreUnsafe(ref _floor[band]);
        }
        RiseDb = Vector256.Sum(rise) / voice.Length * DbPerNeper;
    }
}
