using AVServer.Networks.Flcma;
using static TorchSharp.torch;

namespace AVServer.Networks.Tests.Flcma;

[Trait("Category", "unit")]
public sealed class FlcmaConformerTests
{
    /// <summary>Sums of the same numbers in another order differ in the last bits.</summary>
    private const float Tolerance = 1e-5f;

    public static TheoryData<FlcmaConfig> Configs => new()
    {
        SmallFlcma.Config,
        SmallFlcma.Config with { Variant = FlcmaVariant.Transformer },
        SmallFlcma.Config with { IndependentOfLooks = true },
        SmallFlcma.Config with { Mels = 10, Dim = 18, Heads = 3, Blocks = 1 },
    };

    [Theory]
    [MemberData(nameof(Configs))]
    public void Batch_gives_what_each_window_gives_alone(FlcmaConfig config)
    {
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        manual_seed(6);
        using var model = SmallFlcma.Conformer(config);
        var (fbank, lips) = (SmallFlcma.Fbank(config, 3), SmallFlcma.Lips(config, 3));
        var presence = tensor([1f, 1f, 1f, 0f, 0f, 1f], [3, 2]);
        var together = model.call(fbank, lips, presence);
        Assert.Equal([3], together.shape);
        for (var window = 0; window < 3; window++)
        {
            var alone = model.call(fbank.narrow(0, window, 1), lips.narrow(0, window, 1), presence.narrow(0, window, 1));
            Assert.InRange(SmallFlcma.Difference(together.narrow(0, window, 1), alone), 0, Tolerance);
        }
    }

    [Theory]
    [MemberData(nameof(Configs))]
    public void Absent_modality_changes_nothing_whatever_its_values(FlcmaConfig config)
    {
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        manual_seed(6);
        using var model = SmallFlcma.Conformer(config);
        var (fbank, lips) = (SmallFlcma.Fbank(config, 1), SmallFlcma.Lips(config, 1));
        var (audio, video, both) = (tensor([1f, 0f], [1, 2]), tensor([0f, 1f], [1, 2]), ones(1, 2));
        var nothing = lips * float.NaN;
        var silence = fbank * float.NaN;
        Assert.True((model.call(fbank, lips, audio) == model.call(fbank, nothing, audio)).all().item<bool>());
        Assert.True((model.call(fbank, lips, video) == model.call(silence, lips, video)).all().item<bool>());
        Assert.Equal(
            3, new[] { audio, video, both }.Select(presence => model.call(fbank, lips, presence).item<float>()).Distinct().Count());
    }

    [Theory]
    [MemberData(nameof(Configs))]
    public void Present_modalities_are_both_heard(FlcmaConfig config)
    {
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        manual_seed(6);
        using var model = SmallFlcma.Conformer(config);
        var (fbank, lips, both) = (SmallFlcma.Fbank(config, 1), SmallFlcma.Lips(config, 1), ones(1, 2));
        var logit = model.call(fbank, lips, both);
        Assert.False((logit == model.call(SmallFlcma.Fbank(config, 1), lips, both)).all().item<bool>());
        Assert.False((logit == model.call(fbank, SmallFlcma.Lips(config, 1), both)).all().item<bool>());
    }

    [Theory]
    [MemberData(nameof(Configs))]
    public void Order_of_the_tokens_matters(FlcmaConfig config)
    {
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        manual_seed(6);
        using var model = SmallFlcma.Conformer(config);
        var (fbank, lips, video) = (SmallFlcma.Fbank(config, 1), SmallFlcma.Lips(config, 1), tensor([0f, 1f], [1, 2]));
        Assert.True(SmallFlcma.Difference(model.call(fbank, lips, video), model.call(fbank, lips.flip(1), video)) > 1e-4f);
    }

    [Fact]
    public void Level_of_the_recording_changes_nothing()
    {
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        manual_seed(6);
        using var model = SmallFlcma.Conformer(SmallFlcma.Config);
        var (fbank, lips, both) = (SmallFlcma.Fbank(model.Config, 2), SmallFlcma.Lips(model.Config, 2), ones(2, 2));
        Assert.InRange(SmallFlcma.Difference(model.call(fbank, lips, both), model.call(fbank + 2.5, lips, both)), 0, 1e-4f);
    }

    [Theory]
    [MemberData(nameof(Configs))]
    public void Model_started_from_uni_modal_ones_encodes_each_modality_as_they_do(FlcmaConfig config)
    {
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        manual_seed(6);
        var (fbank, lips) = (SmallFlcma.Fbank(config, 2), SmallFlcma.Lips(config, 2));
        using var audio = SmallFlcma.Trained(new UnimodalAudio(config with { Dropout = 0 }), model => model.call(fbank));
        using var visual = SmallFlcma.Trained(new UnimodalVisual(config with { Dropout = 0 }), model => model.classify(lips));
        using var model = new FlcmaConformer(config);
        model.StartFrom(audio, visual);
        model.eval();
        var (heard, seen) = model.encode(fbank, lips, ones(2, 2));
        Assert.InRange(SmallFlcma.Difference(audio.encode(fbank), heard), 0, Tolerance);
        Assert.InRange(SmallFlcma.Difference(visual.encode(lips), seen), 0, Tolerance);
    }

    [Fact]
    public void Uni_modal_model_of_another_size_is_refused()
    {
        var config = SmallFlcma.Config;
        using var model = new FlcmaConformer(config);
        using var audio = new UnimodalAudio(config);
        using var visual = new UnimodalVisual(config with { Blocks = 1 });
        Assert.Contains("Expected models of the size", Assert.Throws<ArgumentException>(() => model.StartFrom(audio, visual)).Message);
    }

    [Fact]
    public void Visual_model_gives_the_same_from_pictures_as_from_features()
    {
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        manual_seed(6);
        var config = SmallFlcma.Config;
        using var visual = new UnimodalVisual(config);
        visual.eval();
        var pictures = LipEncoder.with_context(SmallFlcma.Pictures(config, 2, config.VideoFrames));
        var measures = rand(2, config.VideoFrames, config.LipMeasures);
        Assert.True(
            (visual.call(pictures, measures) == visual.classify(cat([visual.Encoder.call(pictures), measures], 2))).all().item<bool>());
    }

    [Fact]
    public void Every_parameter_gets_a_gradient()
    {
        using var scope = NewDisposeScope();
        manual_seed(6);
        var config = SmallFlcma.Config;
        using var model = SmallFlcma.Conformer(config);
        model.train();
        model.call(SmallFlcma.Fbank(config, 3), SmallFlcma.Lips(config, 3), tensor([1f, 1f, 1f, 0f, 0f, 1f], [3, 2])).sum().backward();
        Assert.All(
            model.named_parameters(),
            entry => Assert.True(entry.parameter.grad is { } grad && grad.abs().sum().item<float>() > 0, entry.name));
    }

    [Fact]
    public void Model_learns_whether_sound_and_lips_move_at_the_same_moment()
    {
        manual_seed(8);
        var config = SmallFlcma.Config with { Dropout = 0 };
        using var model = new FlcmaConformer(config);
        using var optimizer = optim.Adam(model.parameters(), 2e-3);
        var random = new Random(8);
        var (loss, correct, judged) = (0f, 0, 0);
        for (var step = 0; step < 180; step++)
        {
            using var scope = NewDisposeScope();
            var (fbank, lips, labels) = (SmallFlcma.Fbank(config, 24) * 0.1, SmallFlcma.Lips(config, 24) * 0.1, new float[24]);
            for (var window = 0; window < labels.Length; window++)
            {
                var (heard, seen) = (random.Next(2, 9), random.Next(2, 9));
                if (random.Next(2) == 0) seen = heard;
                fbank[window].narrow(0, 4 * heard, 4).add_(2);
                lips[window, seen].add_(2);
                labels[window] = heard == seen ? 1 : 0;
            }
            optimizer.zero_grad();
            var logits = model.call(fbank, lips, ones(24, 2));
            var error = nn.functional.binary_cross_entropy_with_logits(logits, tensor(labels));
            error.backward();
            optimizer.step();
            loss = error.item<float>();
            if (step < 150) continue;
            correct += (int)logits.gt(0).eq(tensor(labels).gt(0.5)).sum().item<long>();
            judged += labels.Length;
        }
        Assert.True(correct > 0.9 * judged, $"{correct} of {judged} right, loss {loss}");
    }
}
