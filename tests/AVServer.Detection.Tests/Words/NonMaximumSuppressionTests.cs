namespace AVServer.Detection.Tests.Words;

[Trait("Category", "unit")]
public sealed class NonMaximumSuppressionTests
{
    [Theory]
    [InlineData(0, 9, 0, 9, true)]
    [InlineData(0, 9, 4, 13, true)]     // six frames of ten
    [InlineData(0, 9, 5, 14, false)]    // five: half is not more than half
    [InlineData(0, 30, 10, 13, true)]   // the shorter one lies within
    [InlineData(0, 9, 10, 19, false)]
    [InlineData(5, 5, 5, 5, true)]
    public void Stretches_overlap_where_they_share_more_than_half_of_the_shorter(
        long start, long end, long other, long otherEnd, bool overlap)
    {
        Assert.Equal(overlap, NonMaximumSuppression.Overlap((start, end), (other, otherEnd)));
        Assert.Equal(overlap, NonMaximumSuppression.Overlap((other, otherEnd), (start, end)));
    }

    [Fact]
    public void Of_what_was_said_once_the_strongest_pronunciation_stays()
    {
        (long Start, long End, float Score)[] found = [(0, 20, 1), (2, 22, 3), (3, 19, 2), (40, 60, -1), (41, 66, -2), (100, 110, 0)];

        var kept = NonMaximumSuppression.Apply(found, one => (one.Start, one.End), one => one.Score);

        Assert.Equal([(2, 22, 3), (100, 110, 0), (40, 60, -1)], kept);
    }

    [Fact]
    public void What_stays_does_not_overlap_and_what_goes_overlaps_with_something_stronger()
    {
        var random = new Random(5);
        for (var round = 0; round < 200; round++)
        {
            (long Start, long End, float Score)[] found =
            [
                .. Enumerable.Range(0, random.Next(12)).Select(_ => ((long)random.Next(60), 0L, random.NextSingle()))
                    .Select(one => (one.Item1, one.Item1 + random.Next(25), one.Item3)),
            ];
            var kept = NonMaximumSuppression.Apply(found, one => (one.Start, one.End), one => one.Score);

            Assert.All(kept, one => Assert.DoesNotContain(kept, other => other != one && Overlap(one, other)));
            Assert.All(found.Except(kept), gone => Assert.Contains(kept, other => other.Score >= gone.Score && Overlap(gone, other)));
        }

        static bool Overlap((long Start, long End, float Score) one, (long Start, long End, float Score) other) =>
            NonMaximumSuppression.Overlap((one.Start, one.End), (other.Start, other.End));
    }
}
