using AVServer.Contracts;

namespace AVServer.Media;

/// <summary>Turns time-stamped blocks of samples into items without holes: says what is missing and puts silence there.</summary>
/// <param name="sampleRateHz">Samples a second.</param>
/// <param name="limits">Tolerance, longest fill and longest media.</param>
internal sealed class AudioTimeline(int sampleRateHz, MediaLimits limits)
{
    private readonly TimestampAligner _clock = new(sampleRateHz, limits.TimeTolerance);

    /// <inheritdoc cref="TimestampAligner.Drift"/>
    public TimeSpan Drift => _clock.Drift;

    /// <summary>Silence that was put in so far.</summary>
    public TimeSpan Filled { get; private set; }

    /// <summary>Places the first block at a sample instead of at its time stamp.</summary>
    public void Begin(long firstSample) => _clock.Begin(firstSample);

    /// <summary>Appends the items that a block gives.</summary>
    /// <param name="time">Media time of the first sample, by the sender's clock.</param>
    /// <param name="samples">Mono; handed on to the receiver of the items.</param>
    /// <param name="mayGoBack">True where a step back is a quirk of the container: the sound goes on by its sample count.</param>
    /// <param name="items">Receives the items.</param>
    /// <exception cref="MediaException">The time went back and must not.</exception>
    public void Append(TimeSpan time, float[] samples, bool mayGoBack, List<MediaItem> items)
    {
        long missing = _clock.Compare(time, samples.Length);
        if (missing > 0) Skip(missing, items);
        else if (missing < 0 && mayGoBack) _clock.Rebase(time);
        else if (missing < 0) throw WentBack(time);

        if (samples.Length == 0) return;
        items.Add(new AudioBlock(_clock.NextSample, sampleRateHz, samples));
        _clock.Advance(samples.Length);
    }

    private void Skip(long missing, List<MediaItem> items)
    {
        var duration = SampleTime.FromSamples(missing, sampleRateHz);
        bool filled = duration <= limits.MaxSilenceFill;
        items.Add(
            new MediaGap(
                MediaKind.Audio, GapReason.MissingInInput, SampleTime.FromSamples(_clock.NextSample, sampleRateHz), duration, filled));
        if (filled)
        {
            items.Add(new AudioBlock(_clock.NextSample, sampleRateHz, new float[missing]));
            Filled += duration;
        }

        _clock.Advance(missing);
    }

    private MediaException WentBack(TimeSpan time) => new(
        FaultCodes.TimeWentBack,
        $"Expected an audio chunk at {SampleTime.FromSamples(_clock.NextSample, sampleRateHz).TotalSeconds:F3} s or later, got one at "
        + $"{time.TotalSeconds:F3} s; "
        + "send each chunk once, in order, stamped with the media time of its first sample.");
}
