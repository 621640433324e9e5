namespace AVServer.Pipeline.Tests;

[Trait("Category", "unit")]
public sealed class SampleRingTests
{
    [Fact]
    public void Ring_reads_back_what_was_appended_and_silence_before_it()
    {
        var ring = new SampleRing(8);
        ring.Append([1, 2, 3]);

        var read = new float[5];
        ring.Read(-2, read);

        Assert.Equal([0, 0, 1, 2, 3], read);
    }

    [Fact]
    public void Ring_wraps_and_keeps_absolute_numbers()
    {
        var ring = new SampleRing(4);
        for (var i = 0; i < 10; i++) ring.Append([i]);

        var read = new float[4];
        ring.Read(6, read);

        Assert.Equal([6, 7, 8, 9], read);
        Assert.Equal(10, ring.Count);
    }

    [Theory]
    [InlineData(5, 4)]
    [InlineData(8, 4)]
    public void Ring_refuses_what_it_forgot_or_never_had(long first, int length)
    {
        var ring = new SampleRing(4);
        for (var i = 0; i < 10; i++) ring.Append([i]);

        Assert.Throws<ArgumentOutOfRangeException>(() => ring.Read(first, new float[length]));
    }
}
