using AVServer.Contracts;
using AVServer.Detection;

namespace AVServer.Pipeline.Tests.Words;

[Trait("Category", "unit")]
public sealed class RescoredSegmentsTests
{
    private static readonly TypedWord One = Word("hey marvin"), Other = Word("computer");

    [Fact]
    public void Pronunciations_in_the_same_place_share_a_segment_and_everything_else_has_its_own()
    {
        var segments = new RescoredSegments();
        var first = segments.Find(One, Candidate(path: 0, 100, 130));

        Assert.Same(first, segments.Find(One, Candidate(path: 1, 103, 127)));
        Assert.NotSame(first, segments.Find(Other, Candidate(path: 2, 100, 130)));
        Assert.Same(first, segments.Find(One, Candidate(path: 0, 98, 131)));
        Assert.NotSame(first, segments.Find(One, Candidate(path: 1, 100, 134)));
        Assert.NotSame(first, segments.Find(One, Candidate(path: 1, 96, 130)));
    }

    [Fact]
    public void Frames_that_count_from_0_again_are_other_frames()
    {
        var segments = new RescoredSegments();
        var before = segments.Find(One, Candidate(path: 0, 10, 40));
        segments.Clear();

        Assert.NotSame(before, segments.Find(One, Candidate(path: 0, 10, 40)));
    }

    private static WordCandidate Candidate(int path, long start, long end) => new(path, 1, [start, start + 5], end);

    private static TypedWord Word(string text) => new(
        new KeywordRequest(text), [], [], new Lazy<IReadOnlyList<int[]>>(() => []), 0, 0, 0,
        new KeywordCalibration(text, 0.5f, "", 0, 0, []), []);
}
