using AVServer.Networks.Emotion;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace AVServer.Networks.Tests.Emotion;

/// <summary>The networks against the same ones written again utterance by utterance, forward and backward.</summary>
[Trait("Category", "golden")]
public sealed class EmotionGoldenTests
{
    /// <summary>The sizes in <c>tests/golden/emotion-models/generate.py</c>.</summary>
    private static readonly MscnnConfig Both = new(Labels: 4, Features: 6, CentredFeatures: 4, Filters: 3, WordDim: 5, Dropout: 0);

    private static readonly MscnnConfig Audio = Both with { Text = false, Attention = false };

    private static readonly MscnnConfig Text = Both with { Audio = false, Attention = false };

    private static readonly LightSerNetConfig Light = new(Labels: 4, Ceps: 8, PathFilters: 2, Dropout: 0) { Widths = [3, 4, 5, 6, 7] };

    private static readonly Dictionary<string, MscnnConfig> Mscnns = new()
    {
        ["audio"] = Audio,
        ["audio hop"] = Audio with { Hop = 3 },
        ["audio speaker"] = Audio with { SpeakerDim = 2 },
        ["audio mean"] = Audio with { Pooling = Statistics.Mean },
        ["text"] = Text,
        ["text plain"] = Text with { Swem = false },
        ["both"] = Both with { Attention = false },
        ["attention"] = Both,
        ["attention eval"] = Both,
    };

    private static readonly Dictionary<string, MscnnConfig> Voices = new()
    {
        ["voice"] = Audio with { Descriptors = 7, DescriptorUnits = 3, DescriptorDropout = 0, BranchDropout = 0 },
        ["voice both eval"] = Both with { Descriptors = 7, DescriptorUnits = 3 },
    };

    private static readonly Dictionary<string, LightSerNetConfig> LightSerNets = new()
    {
        ["LightSerNet"] = Light,
        ["LightSerNet one path"] = Light with { Paths = LightSerNetPaths.Both },
        ["LightSerNet eval"] = Light,
    };

    public static TheoryData<string> MscnnNames => [.. Mscnns.Keys, .. Voices.Keys];

    public static TheoryData<string> LightSerNetNames => [.. LightSerNets.Keys];

    [Theory]
    [MemberData(nameof(MscnnNames))]
    public void Mscnn_gives_the_logits_and_gradients_of_independent_code(string name)
    {
        using var scope = NewDisposeScope();
        using var model = new MscnnSpu(Mscnns.GetValueOrDefault(name) ?? Voices[name]);
        Check(Mscnns.ContainsKey(name) ? "mscnn.dat" : "voice.dat", name, model, inputs =>
        {
            var rest = new Queue<Tensor>(inputs);
            Tensor? Next(bool given) => given ? rest.Dequeue() : null;
            var config = model.Config;
            var utterances = new Utterances(Next(config.Audio), null, null, null, null);
            utterances = utterances with { Frames = Next(config.Audio) };
            utterances = utterances with { Descriptors = Next(config.Descriptors > 0) };
            utterances = utterances with { Words = Next(config.Text) };
            utterances = utterances with { WordCount = Next(config.Text) };
            return model.call(utterances with { Speaker = Next(config.SpeakerDim > 0) });
        });
    }

    [Theory]
    [MemberData(nameof(LightSerNetNames))]
    public void Light_sernet_gives_the_logits_and_gradients_of_independent_code(string name)
    {
        using var scope = NewDisposeScope();
        using var model = new LightSerNet(LightSerNets[name]);
        Check("light-sernet.dat", name, model, inputs => model.call(inputs[0], inputs[1]));
    }

    [Theory]
    [InlineData("focal", 2)]
    [InlineData("focal plain", 0)]
    public void Focal_loss_gives_the_value_and_gradients_of_independent_code(string name, double gamma)
    {
        using var scope = NewDisposeScope();
        var golden = GoldenTensors.Read("emotion-models/losses.dat", name);
        var inputs = golden.Inputs.Select(input => input.detach().to(float64).requires_grad_()).ToArray();
        golden.Check(inputs, [FocalLoss.Of(inputs[0], inputs[1], gamma, inputs[2])]);
    }

    [Fact]
    public void Every_golden_case_is_tested()
    {
        using var scope = NewDisposeScope();
        static IEnumerable<string> Cases(string file) =>
            GoldenTensors.Read($"emotion-models/{file}").Keys.Select(key => key[..key.IndexOf('/')]).Distinct().Order();
        Assert.Equal(Cases("mscnn.dat"), Mscnns.Keys.Order());
        Assert.Equal(Cases("light-sernet.dat"), LightSerNets.Keys.Order());
    }

    private static void Check(string file, string name, Module module, Func<Tensor[], Tensor> call)
    {
        var golden = GoldenTensors.Read($"emotion-models/{file}", name);
        module.to(float64);
        module.load_state_dict(golden.State);
        module.train(!name.EndsWith("eval", StringComparison.Ordinal));
        var inputs = golden.Inputs.Select(input => input.is_floating_point() ? input.detach().to(float64).requires_grad_() : input)
            .ToArray();
        golden.Check(inputs, [call(inputs)], module);
    }
}
