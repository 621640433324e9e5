namespace AVServer.Media;

/// <summary>
/// Decides where on the stream's sample axis a block belongs: the sample count rules, time stamps only tell of what is missing.
/// </summary>
/// <remarks>
/// A sender's clock and its sound card never agree to the last. A difference below the tolerance is therefore followed slowly, by at
/// most a thousandth of the media heard, so that it adds up to nothing; several small losses in a row outrun that and are found. Stamps of
/// a sender who asks the time when he sends waver, the first as much as others: in the first second their middle is found, unless they
/// only ever rise, as they do where something was lost.
/// </remarks>
/// <param name="sampleRateHz">Samples a second.</param>
/// <param name="tolerance">Largest difference between time stamp and sample count that means nothing.</param>
internal sealed class TimestampAligner(int sampleRateHz, TimeSpan tolerance)
{
    private const double DriftPerSample = 1e-3;

    // So many stamps that fit to the sample are no accident.
    private const int BlocksToTrust = 5;

    private readonly long _tolerance = SampleTime.ToSamples(tolerance, sampleRateHz);
    private readonly long _steady = SampleTime.ToSamples(TimeSpan.FromMilliseconds(2), sampleRateHz);
    private readonly long _calibrationSamples = sampleRateHz;
    private double _drift;
    private bool _started;
    private bool _calibrated;
    private long _heard;
    private int _compared;
    private (double Least, double Most, double Last) _stamps;
    private bool _wavered;

    /// <summary>Index of the sample that comes next; its media time is index ÷ rate.</summary>
    public long NextSample { get; private set; }

    /// <summary>
    /// How far the sender's time stamps have wandered ahead of the sample count; what else the sender stamps is corrected by it.
    /// </summary>
    public TimeSpan Drift => TimeSpan.FromSeconds(_drift / sampleRateHz);

    /// <summary>Places the first block.</summary>
    public void Begin(long firstSample)
    {
        NextSample = firstSample;
        _started = true;
    }

    /// <summary>Compares the time stamp of a block with the sample count, before <see cref="Advance"/> counts the block.</summary>
    /// <param name="time">Media time of the block's first sample, by the sender's clock.</param>
    /// <param name="sampleCount">Length of the block.</param>
    /// <returns>Samples missing before the block; 0 if none; negative if the block begins before the end of the last one by more than the
    /// tolerance.</returns>
    public long Compare(TimeSpan time, int sampleCount)
    {
        long stamped = SampleTime.ToSamples(time, sampleRateHz);
        if (!_started)
        {
            Begin(stamped);
            return 0;
        }

        if (!_calibrated && TryCalibrate(stamped - NextSample, sampleCount)) return 0;
        double difference = stamped - NextSample - _drift;
        if (Math.Abs(difference) > _tolerance) return (long)Math.Round(difference);
        if (Math.Abs(difference) > _steady) _drift += Math.Clamp(difference, -DriftPerSample * sampleCount, DriftPerSample * sampleCount);
        return 0;
    }

    /// <summary>Counts samples: of a block, of silence, or of a hole.</summary>
    public void Advance(long samples) => NextSample += samples;

    /// <summary>Takes the difference to <paramref name="time"/> as drift, whatever its size.</summary>
    public void Rebase(TimeSpan time) => _drift = SampleTime.ToSamples(time, sampleRateHz) - NextSample;

    // Whether the stamps, the first among them, may still be those of one clock that wavers.
    private bool TryCalibrate(double ahead, int sampleCount)
    {
        var (least, most, last) = _stamps;
        bool isSteady = _compared >= BlocksToTrust && most - least <= _steady;
        var (nowLeast, nowMost) = (Math.Min(least, ahead), Math.Max(most, ahead));
        _wavered |= ahead < last - _steady;
        if (_heard < _calibrationSamples && nowMost - nowLeast < 2 * _tolerance && !(isSteady && Math.Abs(ahead) > _tolerance))
        {
            _stamps = (nowLeast, nowMost, ahead);
            _drift = (nowLeast + nowMost) / 2;
            _heard += sampleCount;
            _compared++;
            return true;
        }

        _calibrated = true;
        if (!_wavered) _drift = 0;
        return false;
    }
}
