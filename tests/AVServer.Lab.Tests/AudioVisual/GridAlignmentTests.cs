using AVServer.Lab.Data;

namespace AVServer.Lab.Tests.AudioVisual;

[Trait("Category", "unit")]
public sealed class GridAlignmentTests
{
    [Fact]
    public void Words_have_their_times_and_pauses_are_left_out()
    {
        var words = GridAlignment.Parse(
            "0 17750 sil\r\n17750 22500 bin\n22500 27000 blue\n27000 28000 SP\n28000 46750 Soon\n46750 74500 sil\n");
        Assert.Equal([new AlignedWord("bin", 0.71, 0.9), new("blue", 0.9, 1.08), new("soon", 1.12, 1.87)], words);
    }

    [Theory]
    [InlineData("0 100")]
    [InlineData("0 x sil")]
    [InlineData("200 100 bin")]
    [InlineData("-1 100 bin")]
    public void Line_that_is_none_is_named(string line) =>
        Assert.Contains(line, Assert.Throws<FormatException>(() => GridAlignment.Parse(line)).Message, StringComparison.Ordinal);
}
