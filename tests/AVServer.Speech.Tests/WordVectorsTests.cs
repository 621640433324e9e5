using System.Runtime.InteropServices;
using AVServer.TestKit;

namespace AVServer.Speech.Tests;

[Trait("Category", "unit")]
public sealed class WordVectorsTests
{
    private static readonly WordVectors Small = new("good\nbad\nnot\n"u8, Bytes(1, 2, -1, -2, 0.5f, 0.25f));

    [Fact]
    public void Known_words_are_written_in_order_and_unknown_ones_skipped()
    {
        var rows = new float[8];
        Array.Fill(rows, 9);

        Assert.Equal(2, Small.Embed("NOT xyzzy bad!", rows));
        Assert.Equal([0.5f, 0.25f, -1, -2, 0, 0, 0, 0], rows);
    }

    [Fact]
    public void Words_beyond_the_room_are_cut()
    {
        var rows = new float[4];
        Assert.Equal(2, Small.Embed("good bad not", rows));
        Assert.Equal([1, 2, -1, -2], rows);
    }

    [Fact]
    public void Room_for_half_a_row_is_refused() => Assert.Throws<ArgumentException>(() => Small.Embed("good", new float[3]));

    [Fact]
    public void Table_that_does_not_add_up_is_refused()
    {
        Assert.Throws<InvalidDataException>(() => new WordVectors("a\nb\n"u8, Bytes(1, 2, 3)));
        Assert.Throws<InvalidDataException>(() => new WordVectors(""u8, Bytes(1)));
    }

    [Fact]
    public void Tables_side_by_side_know_the_words_of_both()
    {
        var both = Small.Beside(new WordVectors("lol\nbad\n"u8, Bytes(7, 8)));
        var rows = new float[9];

        Assert.Equal((4, 3), (both.Count, both.Dim));
        Assert.Equal(3, both.Embed("lol good bad", rows));
        Assert.Equal([0, 0, 7, 1, 2, 0, -1, -2, 8], rows);
    }

    [Fact]
    public void Shipped_table_knows_what_is_alike()
    {
        var folder = Path.Combine(TestPaths.Models, "glove-100d");
        var table = new WordVectors(
            File.ReadAllBytes(Path.Combine(folder, "words.txt")), File.ReadAllBytes(Path.Combine(folder, "vectors.f16")));

        Assert.Equal((30_000, 100), (table.Count, table.Dim));
        Assert.True(Cosine(table, "happy", "glad") > Cosine(table, "happy", "table") + 0.2);
        Assert.True(Cosine(table, "angry", "furious") > Cosine(table, "angry", "window") + 0.2);
    }

    private static double Cosine(WordVectors table, string one, string other)
    {
        var (a, b) = (new float[table.Dim], new float[table.Dim]);
        Assert.Equal((1, 1), (table.Embed(one, a), table.Embed(other, b)));
        double product = 0, squaresA = 0, squaresB = 0;
        for (var i = 0; i < a.Length; i++)
            (product, squaresA, squaresB) = (product + (a[i] * b[i]), squaresA + (a[i] * a[i]), squaresB + (b[i] * b[i]));
        return product / Math.Sqrt(squaresA * squaresB);
    }

    private static byte[] Bytes(params float[] values) =>
        MemoryMarshal.AsBytes<Half>(Array.ConvertAll(values, value => (Half)value)).ToArray();
}
