using AVServer.Media.Matroska;

namespace AVServer.Media.Ffmpeg;

/// <summary>Blocks of one decoded sound track → items on that track's timeline.</summary>
internal sealed class DecodedAudio(int sampleRateHz, MediaLimits limits)
{
    private readonly AudioTimeline _timeline = new(sampleRateHz, limits);
    private bool _begun;

    /// <summary>Appends the items that the reader's current block gives.</summary>
    public void Append(MatroskaReader reader, List<MediaItem> items)
    {
        // A codec's delay puts the first block some milliseconds after 0; the sound begins at 0 all the same.
        if (!_begun && reader.Time <= limits.TimeTolerance) _timeline.Begin(0);
        _begun = true;
        _timeline.Append(reader.Time, Int16Samples.ToFloat(reader.Payload), mayGoBack: true, items);
    }
}
