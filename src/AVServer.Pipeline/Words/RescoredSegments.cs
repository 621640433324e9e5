using AVServer.Detection;

namespace AVServer.Pipeline;

/// <summary>The latest segment of each word that a stream's candidates were rescored in. One stream's own.</summary>
internal sealed class RescoredSegments
{
    /// <summary>Outputs, 90 ms, by which two candidates may differ at either end and still be rescored as one.</summary>
    private const int SameSegmentFrames = 3;

    private readonly Dictionary<string, (WordCandidate Candidate, RescoredSegment Segment)> _latest = [];

    /// <summary>The segment of a candidate: the one before where it lies there too, as another pronunciation does.</summary>
    public RescoredSegment Find(TypedWord word, WordCandidate candidate)
    {
        if (_latest.TryGetValue(word.Name, out var latest)
            && Math.Abs(candidate.Start - latest.Candidate.Start) <= SameSegmentFrames
            && Math.Abs(candidate.End - latest.Candidate.End) <= SameSegmentFrames)
        {
            return latest.Segment;
        }

        var segment = new RescoredSegment();
        _latest[word.Name] = (candidate, segment);
        return segment;
    }

    /// <summary>Forgets them: frames count from 0 again.</summary>
    public void Clear() => _latest.Clear();
}
