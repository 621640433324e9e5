namespace AVServer.Speech.Tests;

[Trait("Category", "unit")]
public sealed class LettersToPhonesTests
{
    private const ushort Edge = GraphoneModel.Edge;

    // "a" is AH three times of four, else EY; "b" is B. Of two symbols only "b" is known to follow the beginning.
    private static readonly GraphoneNode[] Nodes =
    [
        new(0, 0, 0, 4),
        new(Edge, 20, 10, 1), new(1, Cost(0.75), 0, 0), new(2, Cost(0.25), 0, 0), new(3, Cost(0.5), 0, 0),
        new(3, 5, 0, 0),
    ];

    private static readonly Graphone[] Graphones = [new("a", [Phone.AH]), new("a", [Phone.EY]), new("b", [Phone.B])];

    private static GraphoneModel Small => new([.. Graphones], Nodes);

    [Fact]
    public void Longer_context_is_taken_where_it_is_known_and_backed_off_from_where_not()
    {
        var after = Small.Advance(Small.Start, 3, out var known);
        Assert.Equal(-5 * GraphoneModel.Step, known, 4);
        Small.Advance(Small.Start, 1, out var unknown);
        Assert.Equal(-(10 + Cost(0.75)) * GraphoneModel.Step, unknown, 4);
        Small.Advance(after, 2, out var next);
        Assert.Equal(-Cost(0.25) * GraphoneModel.Step, next, 4);
        Small.Advance(0, 9, out var none);
        Assert.Equal(float.NegativeInfinity, none);
    }

    [Fact]
    public void Ways_come_by_probability()
    {
        var ways = new LettersToPhones(Small).Guess("ba", 5);
        Assert.Equal(["B AH", "B EY"], ways.Select(way => PhoneSet.Format(way.Phones.AsSpan())));
        Assert.Equal(Math.Log(3), ways[0].LogProbability - ways[1].LogProbability, 1);
        Assert.Single(new LettersToPhones(Small).Guess("ba", 1));
    }

    [Theory]
    [InlineData("")]
    [InlineData("xyz")]
    public void Letters_that_nobody_knows_have_no_phones(string letters) => Assert.Empty(new LettersToPhones(Small).Guess(letters, 3));

    [Fact]
    public void Model_survives_its_file()
    {
        using var file = new MemoryStream();
        Small.Write(file);
        file.Position = 0;
        var read = GraphoneModel.Read(file);
        Assert.Equal(Graphones, read.Graphones);
        Assert.Equal(Nodes, Enumerable.Range(0, read.Count).Select(i => read[i]));
    }

    [Fact]
    public void Damaged_file_is_refused()
    {
        using var file = new MemoryStream();
        Small.Write(file);
        var bytes = file.ToArray();
        for (var length = 0; length < bytes.Length; length++)
        {
            // The last bytes only end what is packed: without them all nodes are there, or none is taken.
            GraphoneModel? read = null;
            if (Record.Exception(() => read = GraphoneModel.Read(new MemoryStream(bytes, 0, length))) is { } error)
                Assert.IsType<InvalidDataException>(error);
            else Assert.Equal(Nodes, Enumerable.Range(0, read!.Count).Select(i => read[i]));
            Assert.True(
                read is null || length > bytes.Length - 8, $"Expected a file of {length} out of {bytes.Length} bytes to be refused.");
        }
        for (var at = 0; at < bytes.Length; at++)
        {
            var damaged = bytes.ToArray();
            damaged[at] ^= 0x55;
            // Other numbers may be a model too; what is none says so in one way.
            if (Record.Exception(() => GraphoneModel.Read(new MemoryStream(damaged))) is { } error)
                Assert.IsType<InvalidDataException>(error);
        }
    }

    [Fact]
    public void Nodes_that_are_no_tree_are_refused()
    {
        Assert.Throws<InvalidDataException>(() => new GraphoneModel([.. Graphones], []));
        Assert.Throws<InvalidDataException>(() => new GraphoneModel([.. Graphones], Nodes.AsSpan()[..^1]));
        Assert.Throws<InvalidDataException>(() => new GraphoneModel([.. Graphones], [new(0, 0, 0, 2), new(3, 0, 0, 0), new(1, 0, 0, 0)]));
        Assert.Throws<InvalidDataException>(
            () => new GraphoneModel([.. Graphones], [new(0, 0, 0, 1), new(Edge, 0, 0, 1), new(2, 0, 0, 0)]));
    }

    private static byte Cost(double probability) => (byte)Math.Round(-Math.Log(probability) / GraphoneModel.Step);
}
