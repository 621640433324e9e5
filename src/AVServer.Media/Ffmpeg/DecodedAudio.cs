using AVServer.Media.Matroska;

namespace AVServer.Media.Ffmpeg;

/// <summary>Blocks of one decoded sound track → items on that track's timeline.</summary>
/// <param name="sampleRateHz">Of the track.</param>
/// <param name="limits">Tolerance of time stamps, longest fill.</param>
/// <param name="goesOnAt">The sample that the track's first is, where it goes on with sound that was before; null: a track of its
/// own.</param>
internal sealed class DecodedAudio(int sampleRateHz, MediaLimits limits, long? goesOnAt = null)
{
    private readonly AudioTimeline _timeline = new(sampleRateHz, limits);
    private readonly TimeSpan _origin = SampleTime.FromSamples(goesOnAt ?? 0, sampleRateHz);
    private readonly ChannelMix _mix = new(sampleRateHz);
    private bool _begun;

    /// <summary>False once there was a sample that is no number.</summary>
    public bool IsFinite { get; private set; } = true;

    /// <summary>Whether two channels cancel each other.</summary>
    public bool ChannelsCancel => _mix.Cancels;

    /// <summary>The sample behind the last.</summary>
    public long End { get; private set; } = goesOnAt ?? 0;

    /// <summary>Appends the items that the reader's current block gives.</summary>
    public void Append(MatroskaReader reader, List<MediaItem> items)
    {
        // A codec's delay puts the first block some milliseconds after 0; the sound begins at 0 all the same.
        if (!_begun && (goesOnAt is not null || reader.Time <= limits.TimeTolerance)) _timeline.Begin(goesOnAt ?? 0);
        _begun = true;
        float[] samples = FloatSamples.Read(reader.Payload, out bool isFinite);
        IsFinite &= isFinite;
        if (reader.Track.Channels == 2) samples = _mix.Mix(samples);
        _timeline.Append(_origin + reader.Time, samples, mayGoBack: true, items);
        if (items.Count > 0 && items[^1] is AudioBlock last) End = last.FirstSample + last.Samples.Length;
    }
}
