using System.Runtime.InteropServices;
using System.Text;
using AVServer.TestKit;

namespace AVServer.Runtime.Tests;

public sealed class SpeakerEmbeddingTests(SpeakerEmbeddingTests.Shared shared) : IClassFixture<SpeakerEmbeddingTests.Shared>
{
    private static readonly float[] Frames = Golden("frames.f32");

    private SpeakerEmbedding Embedding => shared.Embedding;

    [Fact]
    [Trait("Category", "golden")]
    public void Vector_equals_that_of_an_independent_reader_of_the_network()
    {
        var expected = Golden("embedding.f32");

        var got = Embedding.Embed(Frames);

        Assert.Equal(128, Embedding.Dim);
        Assert.Equal(expected.Length, got.Length);
        Assert.All(expected.Zip(got), pair => Assert.Equal(pair.First, pair.Second, 1e-4f));
    }

    [Theory]
    [Trait("Category", "unit")]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(50)]
    public void Vector_of_any_length_of_speech_has_the_length_1(int frames)
    {
        var vector = Embedding.Embed(Frames.AsSpan(0, frames * Embedding.FrameDim));

        Assert.Equal(1, vector.Sum(value => (double)value * value), 1e-4);
    }

    [Fact]
    [Trait("Category", "unit")]
    public async Task Callers_at_once_get_each_their_own()
    {
        var lengths = Enumerable.Range(20, 8).ToArray();
        var alone = lengths.Select(Embed).ToArray();

        var together = await Task.WhenAll(lengths.Select(length => Task.Run(() => Embed(length))));

        Assert.Equal(alone, together);

        float[] Embed(int length) => Embedding.Embed(Frames.AsSpan(0, length * Embedding.FrameDim));
    }

    [Fact]
    [Trait("Category", "unit")]
    public void Frames_that_are_none_are_refused()
    {
        Assert.Throws<ArgumentException>(() => Embedding.Embed([]));
        Assert.Throws<ArgumentException>(() => Embedding.Embed(new float[Embedding.FrameDim + 1]));
        Assert.Throws<InferenceException>(() => Embedding.Embed(Enumerable.Repeat(float.NaN, Embedding.FrameDim).ToArray()));
    }

    [Theory]
    [Trait("Category", "unit")]
    [InlineData("no network", "components")]
    [InlineData("<ComponentName> other <A> </A>", "tdnn1.affine")]
    [InlineData("<ComponentName> tdnn1.affine <A> ", "</A>")]
    [InlineData("<ComponentName> tdnn1.affine <A> <LinearParams> FV </A>", "FM")]
    [InlineData("<ComponentName> tdnn1.affine <A> <LinearParams> FM \u0004\u0001</A>", "end")]
    [InlineData("<ComponentName> tdnn1.affine <A> <LinearParams> FM \u0004\u0001\u0001\u0001\u0001\u0004\u0001\u0001\u0001\u0001</A>",
        "numbers")]
    public void Damaged_network_is_told(string file, string named) =>
        Assert.Contains(
            named,
            Assert.Throws<InvalidDataException>(() => XVectorGraph.Build(new KaldiNetwork(Encoding.Latin1.GetBytes(file)), 23)).Message,
            StringComparison.Ordinal);

    [Theory]
    [Trait("Category", "unit")]
    [InlineData("1 2 3")]
    [InlineData("[ 1 two ]")]
    public void Damaged_mean_is_told(string file) =>
        Assert.Throws<InvalidDataException>(() => KaldiNetwork.TextVector(Encoding.ASCII.GetBytes(file)));

    private static float[] Golden(string file) =>
        MemoryMarshal.Cast<byte, float>(File.ReadAllBytes(TestPaths.Golden("speaker-embedding", file))).ToArray();

    public sealed class Shared : IDisposable
    {
        public SpeakerEmbedding Embedding { get; } = SpeakerEmbedding.Load(ModelStore.Open(TestPaths.Models).Get("speaker-embedding"));

        public void Dispose() => Embedding.Dispose();
    }
}
