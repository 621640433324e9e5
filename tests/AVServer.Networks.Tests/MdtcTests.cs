using static TorchSharp.torch;

namespace AVServer.Networks.Tests;

[Trait("Category", "unit")]
public sealed class MdtcTests
{
    /// <summary>Sums of the same numbers in another order differ in the last bits.</summary>
    private const float Tolerance = 1e-5f;

    public static TheoryData<MdtcConfig> Configs => new()
    {
        new MdtcConfig(Width: 16),
        MdtcConfig.Small,
        new MdtcConfig(Width: 12, Stacks: 3, BlocksPerStack: 2, Kernel: 3, Stride: 2, Keywords: 2),
    };

    [Theory]
    [MemberData(nameof(Configs))]
    public void Stream_of_any_chunking_gives_the_posteriors_of_the_whole(MdtcConfig config)
    {
        const int steps = 61;
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        var model = Trained(config);
        var fbank = randn([3, steps * config.Stride, config.Mels]);
        var whole = model.forward(fbank);
        foreach (var seed in new[] { 1, 2, 3 })
        {
            var random = new Random(seed);
            var cache = model.zero_cache(3);
            var pieces = new List<Tensor>();
            for (var step = 0; step < steps;)
            {
                var length = Math.Min(random.Next(1, 12), steps - step);
                (var piece, cache) = model.forward(fbank.narrow(1, step * config.Stride, length * config.Stride), cache);
                pieces.Add(piece);
                step += length;
            }
            Assert.InRange((cat(pieces, 1) - whole).abs().max().item<float>(), 0, Tolerance);
        }
    }

    [Theory]
    [MemberData(nameof(Configs))]
    public void Shapes_are_those_of_the_contract(MdtcConfig config)
    {
        using var scope = NewDisposeScope();
        var model = new Mdtc(config);
        model.eval();
        var frames = (10 * config.Stride) + config.Stride - 1;
        Assert.Equal([2, 10, config.Keywords], model.forward(randn([2, frames, config.Mels])).shape);
        var (posteriors, cache) = model.forward(randn([2, config.Stride, config.Mels]), model.zero_cache(2));
        Assert.Equal([2, 1, config.Keywords], posteriors.shape);
        Assert.Equal([2, config.CacheRows, config.Width], cache.shape);
    }

    [Fact]
    public void Posterior_depends_on_the_receptive_field_and_on_nothing_else()
    {
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        var config = MdtcConfig.Small;
        var model = Trained(config);
        const int frames = 400;
        var fbank = randn([1, frames, config.Mels]);
        var before = model.forward(fbank);
        const int changed = 100;
        fbank[0, changed] = zeros(config.Mels) + 1000;
        var difference = (model.forward(fbank) - before).abs()[0, TensorIndex.Colon, 0].data<float>().ToArray();
        var first = changed / config.Stride;
        var last = first + config.CacheRows;
        Assert.All(difference[..first], change => Assert.Equal(0, change));
        Assert.All(difference[(last + 1)..], change => Assert.Equal(0, change));
        Assert.True(difference[first] > 0 && difference[last] > 0);
        Assert.Equal(config.ReceptiveFieldFrames, (last - first + 1) * config.Stride);
    }

    [Fact]
    public void Batch_gives_what_each_stream_gives_alone()
    {
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        var model = Trained(MdtcConfig.Small);
        var fbank = randn([4, 80, 80]);
        var together = model.forward(fbank);
        for (var stream = 0; stream < 4; stream++)
            Assert.InRange(
                (model.forward(fbank.narrow(0, stream, 1)) - together.narrow(0, stream, 1)).abs().max().item<float>(), 0, Tolerance);
    }

    [Fact]
    public void Parameters_are_as_many_as_the_layers_need()
    {
        using var model = new Mdtc(MdtcConfig.Small);
        const int width = 48, hidden = 12, blocks = 6;
        const int block = (width * 5) + (width * width) + (2 * width) + (width * width) + (2 * width) + (width * hidden) + hidden
            + (hidden * width) + width;
        Assert.Equal((80 * 4 * width) + (2 * width) + (blocks * block) + width + 1, model.parameters().Sum(parameter => parameter.numel()));
    }

    [Fact]
    public void Chunk_that_the_stride_does_not_divide_is_refused()
    {
        using var model = new Mdtc(MdtcConfig.Small);
        using var scope = NewDisposeScope();
        var error = Assert.Throws<ArgumentException>(() => model.forward(zeros(1, 7, 80), model.zero_cache(1)));
        Assert.Contains("multiple of 4 frames, got 7", error.Message);
    }

    [Fact]
    public void Saved_model_gives_the_same_posteriors_after_loading()
    {
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        var model = Trained(MdtcConfig.Small);
        using var written = new MemoryStream();
        model.save(written);
        using var file = new MemoryStream(written.ToArray());
        var copy = new Mdtc(MdtcConfig.Small);
        copy.load(file);
        copy.eval();
        var fbank = randn([1, 40, 80]);
        Assert.True((model.forward(fbank) == copy.forward(fbank)).all().item<bool>());
    }

    /// <summary>A model whose running statistics and normalisation are not those of the start.</summary>
    private static Mdtc Trained(MdtcConfig config)
    {
        manual_seed(5);
        var model = new Mdtc(config);
        model.SetCmvn(
            [.. Enumerable.Range(0, config.Mels).Select(mel => 0.1f * mel)],
            [.. Enumerable.Range(0, config.Mels).Select(mel => 1f / (1 + mel % 7))]);
        for (var step = 0; step < 5; step++) model.logits(randn([4, 64, config.Mels]) * 2 + 1).Dispose();
        model.eval();
        return model;
    }
}
