using AVServer.Contracts;
using AVServer.Detection;
using AVServer.Vision;

namespace AVServer.Pipeline;

/// <summary>One stream's eye for typed words: asks the lips of the one who speaks about each candidate, and decides.</summary>
/// <remarks>
/// One stream's own; one caller at a time. Where lips can't be read, or say nothing for the word, the sound decides, as if there were no
/// pictures.
/// </remarks>
/// <param name="lips">The network, shared.</param>
/// <param name="decision">This stream's own.</param>
internal sealed class LipListener(LipPhones lips, WordDecision decision) : IDisposable
{
    /// <summary>Pictures before one that the network looks back on.</summary>
    private const int PicturesBefore = 21;

    /// <summary>Pictures behind one that the network looks ahead.</summary>
    private const int PicturesAfter = 3;

    /// <summary>Mouths of the stream's faces.</summary>
    public MouthTracks Mouths { get; } = new();

    /// <summary>Begins a new track of sound.</summary>
    public void Restart() => decision.Restart();

    /// <summary>Decides about a candidate.</summary>
    /// <param name="word">The candidate.</param>
    /// <param name="origin">Media time of its track's first sample.</param>
    /// <param name="skew">Slots by which the pictures are known to come behind the sound.</param>
    /// <param name="video">Has seen the word.</param>
    /// <returns>The word; null where it wasn't said.</returns>
    public WakeWordEvent? Decide(ScoredWord word, TimeSpan origin, long skew, VideoTrack video)
    {
        var end = SlotOf(origin.TotalSeconds + word.Span.End) + skew;
        var mouth = video.ReadableFace(end) is { } face ? Mouths.Of(face) : null;
        var gain = mouth is null ? 0 : Gain(word, origin, skew, mouth);
        if (decision.Decide(word, gain) is not { } said) return null;
        var told = said.ToEvent(origin);
        var seenAt = VideoGrid.TimeOf(end + LipFusion.LatestShift + PicturesAfter);
        return gain > 0 && seenAt > told.DetectedAt ? told with { DetectedAt = seenAt } : told;
    }

    public void Dispose() => Mouths.Dispose();

    private static long SlotOf(double seconds) => (long)Math.Floor((seconds * VideoGrid.SlotsPerSecond) + 1e-6);

    // What the lips add; nothing where the face wasn't there when the word began.
    private float Gain(ScoredWord word, TimeSpan origin, long skew, MouthTrack mouth)
    {
        var candidate = word.Candidate;
        var first = SlotOfFrame(candidate.Start) + LipFusion.EarliestShift;
        var last = SlotOfFrame(candidate.End) + LipFusion.LatestShift;
        if (first < mouth.First) return 0;
        var from = Math.Max(first - PicturesBefore, mouth.First);
        var values = new float[(last + PicturesAfter - from + 1) * MouthFeatures.Values];
        mouth.Read(from, values);
        var gains = new float[values.Length / MouthFeatures.Values * lips.LabelCount];
        lips.Read(values, gains);

        int[] labels = [.. word.Phones.Select(phone => lips.Labels[phone])];
        return LipFusion.Gain(candidate, labels, (frame, shift, label) => gains[PlaceOf(SlotOfFrame(frame) + shift, label)]);

        long SlotOfFrame(long frame) =>
            SlotOf(origin.TotalSeconds + word.OriginSeconds + (frame * WordTiming.OutputSeconds)) + skew;

        long PlaceOf(long slot, int label) => ((slot - from) * lips.LabelCount) + label;
    }
}
