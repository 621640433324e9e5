using AVServer.Networks.Emotion;
using static TorchSharp.torch;

namespace AVServer.Networks.Tests.Emotion;

[Trait("Category", "unit")]
public sealed class MscnnSpuTests
{
    /// <summary>Sums of the same numbers in another order differ in the last bits.</summary>
    private const float Tolerance = 1e-5f;

    private static readonly MscnnConfig Small = new(Features: 9, CentredFeatures: 3, Filters: 8, Hop: 4, WordDim: 6);

    [Fact]
    public void What_stands_in_the_padding_does_not_matter_nor_who_shares_the_batch()
    {
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        var model = Trained();
        long[] frames = [50, 31, 4], words = [7, 0, 2];
        var (features, vectors) = (randn([3, 50, 9]), randn([3, 7, 6]));
        var together = model.call(new Utterances(features, tensor(frames), vectors, tensor(words)));
        var wider = model.call(new Utterances(Padded(features, 77), tensor(frames), Padded(vectors, 12), tensor(words)));
        Assert.InRange(Furthest(together, wider), 0, Tolerance);
        for (var i = 0; i < 3; i++)
        {
            var read = vectors.narrow(0, i, 1).narrow(1, 0, Math.Max(1, words[i]));
            var alone = model.call(
                new Utterances(features.narrow(0, i, 1).narrow(1, 0, frames[i]), Lengths(frames[i]), read, Lengths(words[i])));
            Assert.InRange(Furthest(together.narrow(0, i, 1), alone), 0, Tolerance);
        }
    }

    [Fact]
    public void Without_words_the_sound_alone_answers()
    {
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        var model = Trained();
        var features = randn([1, 40, 9]);
        Tensor Logits(Tensor words, long count) => model.call(new Utterances(features, Lengths(40L), words, Lengths(count)));
        Assert.Equal(0, Furthest(Logits(randn([1, 5, 6]), 0), Logits(randn([1, 3, 6]), 0)));
        Assert.True(Furthest(Logits(randn([1, 5, 6]), 0), Logits(randn([1, 5, 6]), 5)) > 0.01);
    }

    [Fact]
    public void Level_and_colour_of_the_microphone_do_not_matter()
    {
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        var model = Trained();
        var features = randn([1, 40, 9]);
        var coloured = features + cat([randn([1, 1, 3]) * 5, zeros([1, 1, 6])], 2);
        Assert.InRange(Furthest(model.call(Heard(features, 40)), model.call(Heard(coloured, 40))), 0, 1e-4f);
    }

    [Fact]
    public void Training_leaves_out_frames_or_descriptors_at_times_never_both()
    {
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        manual_seed(11);
        var model = new MscnnSpu(
            Small with
            {
                Text = false,
                Attention = false,
                Descriptors = 5,
                DescriptorUnits = 32,
                Dropout = 0,
                DescriptorDropout = 0,
                BranchDropout = 0.4
            });
        var input = new Utterances(randn(200, 20, 9), tensor(Enumerable.Repeat(20L, 200).ToArray()), Descriptors: randn(200, 5));
        // Examples of which nothing is left but the dense layer's bias.
        long Unheard() => (model.call(input) - model.Layers.Output.bias!).abs().amax([1]).eq(0).sum().item<long>();
        Assert.Equal(0, Unheard());
        model.Layers.Output.weight.narrow(1, 96, 32).zero_();
        Assert.InRange(Unheard(), 50, 110);
        model.eval();
        Assert.Equal(0, Unheard());
    }

    [Fact]
    public void Descriptors_that_a_model_takes_are_asked_for()
    {
        using var scope = NewDisposeScope();
        var model = new MscnnSpu(Small with { Text = false, Attention = false, Descriptors = 5 });
        Assert.Contains("descriptors", Assert.Throws<ArgumentException>(() => model.call(Heard(randn(1, 20, 9), 20))).Message);
        Assert.Throws<ArgumentException>(() => model.SetDescriptorNormalisation(new float[4], new float[5]));
        Assert.Throws<ArgumentException>(() => new MscnnSpu(Small with { Audio = false, Attention = false, Descriptors = 5 }));
    }

    [Theory]
    [InlineData(Statistics.All, 5)]
    [InlineData(Statistics.Mean | Statistics.Deviation, 0)]
    public void Members_side_by_side_say_the_mean_of_what_each_says(Statistics pooling, int descriptors)
    {
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        var whole = Small with
        {
            Text = false,
            Attention = false,
            Filters = 12,
            Pooling = pooling,
            Descriptors = descriptors,
            DescriptorUnits = 9
        };
        var members = Enumerable.Range(0, 3).Select(seed => Disturbed(MscnnMembers.Of(whole, 3), seed)).ToArray();
        var joined = MscnnMembers.Join(members);
        Assert.Equal(whole, joined.Config);
        var input = new Utterances(
            randn(2, 30, 9), tensor(new[] { 30L, 11 }), Descriptors: descriptors == 0 ? null : randn(2, descriptors));
        var mean = stack(members.Select(member => member.call(input))).mean([0L]);
        Assert.InRange(Furthest(mean, joined.call(input)), 0, Tolerance);
        Assert.True(Furthest(members[0].call(input), mean) > 0.01);
    }

    [Fact]
    public void Members_that_cannot_share_or_are_something_else_are_refused()
    {
        using var scope = NewDisposeScope();
        Assert.Contains("share", Assert.Throws<ArgumentException>(() => MscnnMembers.Of(Small, 3)).Message);
        var (one, wider) = (Disturbed(MscnnMembers.Of(Small, 1), 1), Disturbed(MscnnMembers.Of(Small with { Filters = 9 }, 1), 2));
        Assert.Throws<ArgumentException>(() => MscnnMembers.Join([]));
        Assert.Throws<ArgumentException>(() => MscnnMembers.Join([one, wider]));
        Assert.Throws<ArgumentException>(() => MscnnMembers.Join([Trained()]));
    }

    [Fact]
    public void Votes_of_words_add_up_and_count_as_much_as_they_are_weighed()
    {
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        manual_seed(5);
        var model = new MscnnSpu(Small with { Audio = false, Attention = false, WordVotes = true });
        model.eval();
        var words = randn([2, 4, 10]);
        Tensor Logits(Tensor given, params long[] counts) => model.call(new Utterances(Words: given, WordCount: tensor(counts)));
        var before = Logits(words, 4, 2);
        model.WeighVotes(0.5, 2, ones(4));
        var votes = stack([words[0].narrow(1, 6, 4).sum(0L), words[1].narrow(0, 0, 2).narrow(1, 6, 4).sum(0L)]);
        Assert.InRange(Furthest((before * 0.5) + (votes * 2) + 2, Logits(words, 4, 2)), 0, Tolerance);
        Assert.Equal(0, Logits(words, 0, 0).abs().max().item<float>());
        Assert.Throws<InvalidOperationException>(() => Trained().WeighVotes(1, 1, ones(4)));
        Assert.Throws<ArgumentException>(() => new MscnnSpu(Small with { Text = false, Attention = false, WordVotes = true }));
    }

    [Fact]
    public void Sound_that_only_asks_says_nothing_and_is_not_trained()
    {
        using var scope = NewDisposeScope();
        manual_seed(7);
        var model = new MscnnSpu(Small with { Descriptors = 5, Centres = 3, Dropout = 0 });
        model.eval();
        using (no_grad()) model.Radial!.Fit(randn(3, 5), randn(8, 5), eye(4).repeat([2, 1]), 0.1, 8);
        var input = new Utterances(
            randn(2, 30, 9), tensor(new[] { 30L, 20 }), randn(2, 4, 6), tensor(new[] { 4L, 0 }), Descriptors: randn(2, 5));
        Assert.True(Furthest(model.call(input)[1], model.Layers.Output.bias!) > 0.01);
        model.OnlyAsks = true;
        Assert.Equal(0, Furthest(model.call(input)[1], model.Layers.Output.bias!));
        Assert.True(Furthest(model.call(input)[0], model.Layers.Output.bias!) > 0.01);
        // Which words are asked for still comes from the sound.
        Assert.True(Furthest(model.call(input)[0], model.call(input with { Features = randn(2, 30, 9) })[0]) > 1e-4);
        model.call(input).sum().backward();
        Assert.All(
            model.Layers.Audio!.parameters(),
            parameter => Assert.True(parameter.grad is not { } grad || grad.abs().max().item<float>() == 0));
        Assert.Contains(model.Layers.Text!.parameters(), parameter => parameter.grad!.abs().max().item<float>() > 0);
    }

    [Fact]
    public void Cooled_sound_says_the_same_less_surely()
    {
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        var model = Disturbed(Small with { Text = false, Attention = false, Descriptors = 5, Centres = 3 }, 4);
        var input = new Utterances(randn(2, 30, 9), tensor(new[] { 30L, 20 }), Descriptors: randn(2, 5));
        var before = model.call(input);
        model.Cool(2.5);
        Assert.InRange(Furthest(before / 2.5, model.call(input)), 0, Tolerance);
        Assert.Throws<InvalidOperationException>(() => Trained().Cool(2));
    }

    [Fact]
    public void Nothing_at_all_gives_finite_logits()
    {
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        var logits = Trained().call(Heard(zeros([1, 1, 9]), 0));
        Assert.True(logits.isfinite().all().item<bool>());
    }

    [Fact]
    public void Light_sernet_has_the_parameters_that_its_paper_counts()
    {
        // Keras counts running statistics among the parameters.
        using var model = new LightSerNet(new LightSerNetConfig());
        var statistics = model.named_buffers().Where(buffer => !buffer.name.EndsWith("num_batches_tracked", StringComparison.Ordinal))
            .Sum(buffer => buffer.buffer.numel());
        Assert.Equal(462_468, model.parameters().Sum(parameter => parameter.numel()) + statistics);
    }

    [Fact]
    public void Light_sernet_ignores_padding_and_takes_the_shortest_utterance()
    {
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        manual_seed(3);
        var model = new LightSerNet(new LightSerNetConfig(Ceps: 16, PathFilters: 4) { Widths = [6, 6, 6, 6, 8] });
        model.call(randn([4, 64, 16]), Lengths(64L, 64, 64, 64));
        model.eval();
        var features = randn([3, 70, 16]);
        long[] frames = [70, 1, 33];
        var together = model.call(Padded(features, 97), tensor(frames));
        for (var i = 0; i < 3; i++)
            Assert.InRange(
                Furthest(together.narrow(0, i, 1), model.call(features.narrow(0, i, 1).narrow(1, 0, frames[i]), Lengths(frames[i]))), 0,
                Tolerance);
    }

    [Fact]
    public void Focal_loss_forgives_what_is_sure()
    {
        using var scope = NewDisposeScope();
        var targets = tensor([1f, 0], [1, 2]);
        double Loss(double gamma, float margin) => FocalLoss.Of(tensor([margin, 0f], [1, 2]), targets, gamma).item<float>();
        Assert.Equal(Math.Log(2), Loss(0, 0), 5);
        Assert.Equal(Math.Log(2) / 4, Loss(2, 0), 5);
        Assert.True(Loss(2, 4) / Loss(0, 4) < 0.01);
    }

    /// <summary>A network whose values are those of nobody's training, the norms' statistics among them.</summary>
    private static MscnnSpu Disturbed(MscnnConfig config, int seed)
    {
        manual_seed(seed);
        var model = new MscnnSpu(config);
        using var mode = no_grad();
        foreach (var (name, values) in model.state_dict()
            .Where(
                entry => entry.Value.is_floating_point() && !entry.Key.Contains("mean", StringComparison.OrdinalIgnoreCase)
                    && !entry.Key.Contains("istd", StringComparison.OrdinalIgnoreCase)))
            values.copy_(name.EndsWith("running_var", StringComparison.Ordinal) ? rand_like(values) + 0.5 : randn_like(values) * 0.3);
        model.eval();
        return model;
    }

    [Theory]
    [InlineData(false, false, false, "neither")]
    [InlineData(true, false, true, "attention")]
    public void Switches_that_do_not_fit_are_refused(bool audio, bool text, bool attention, string said) =>
        Assert.Contains(
            said, Assert.Throws<ArgumentException>(
                () => new MscnnSpu(Small with { Audio = audio, Text = text, Attention = attention })).Message);

    [Fact]
    public void Missing_input_is_named()
    {
        using var scope = NewDisposeScope();
        Assert.Contains(
            "words", Assert.Throws<ArgumentException>(() => Trained().call(new Utterances(zeros(1, 5, 9), Lengths(5L)))).Message);
    }

    private static Utterances Heard(Tensor features, long frames) => new(features, Lengths(frames), zeros(1, 1, 6), Lengths(0L));

    private static Tensor Lengths(params long[] lengths) => tensor(lengths);

    /// <summary>Longer sequences, the new places full of large numbers.</summary>
    private static Tensor Padded(Tensor x, long length) => cat([x, randn([x.size(0), length - x.size(1), x.size(2)]) * 100], 1);

    private static float Furthest(Tensor one, Tensor other) => (one - other).abs().max().item<float>();

    /// <summary>A model whose running statistics are not those of the start.</summary>
    private static MscnnSpu Trained()
    {
        manual_seed(2);
        var model = new MscnnSpu(Small);
        for (var step = 0; step < 3; step++)
            model.call(new Utterances(randn([4, 40, 9]), Lengths(40L, 30, 20, 10), randn([4, 5, 6]), Lengths(5L, 4, 3, 2)));
        model.eval();
        return model;
    }
}
