using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace AVServer.Networks.Tests.Keywords;

/// <summary>What holds for every network of the zoo.</summary>
[Trait("Category", "unit")]
public sealed class KeywordZooTests
{
    private const int Clips = 8;

    private static readonly KeywordWindow Window = new(Frames: 48, Values: 40, Labels: 5);

    // What has many layers without a norm of the batch learns more slowly; a norm behind the logits asks for longer steps.
    private static readonly Dictionary<string, double> Rates = new()
    {
        ["kwt-1"] = 5e-4,
        ["kwt-1-distilled"] = 5e-4,
        ["i3d"] = 5e-4,
        ["svdf"] = 1e-3,
        ["micronet"] = 3e-2,
    };

    /// <summary>Every row.</summary>
    public static TheoryData<string> Names => [.. KeywordZoo.Networks.Select(row => row.Name)];

    /// <summary>Every definition once.</summary>
    public static TheoryData<string> Definitions => [.. KeywordZoo.Networks.Where(row => row.SameAs is null).Select(row => row.Name)];

    /// <summary>Every definition that streams.</summary>
    public static TheoryData<string> Streams =>
        [.. KeywordZoo.Networks.Where(row => row.SameAs is null && Create(row.Name).Steps is not null).Select(row => row.Name)];

    [Fact]
    public void Names_are_one_rows_each_and_smaller_sizes_are_there()
    {
        Assert.Equal(KeywordZoo.Networks.Count, KeywordZoo.Networks.Select(row => row.Name).Distinct().Count());
        Assert.All(KeywordZoo.Networks.Where(row => row.SameAs is not null), row => Assert.Null(KeywordZoo.Find(row.SameAs!).SameAs));
        Assert.Throws<ArgumentException>(() => KeywordZoo.Find("no such network"));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Parameters_are_the_papers_within_two_per_cent_or_the_row_says_why_not(string name)
    {
        var row = KeywordZoo.Find(name);
        if (row.Published is not { } published)
        {
            Assert.False(string.IsNullOrEmpty(row.Remark), $"Expected a published count of {name}, or a remark.");
            return;
        }

        using var network = (Module)row.Create(published.Window);
        var pruned = network as IPrunedNetwork;
        pruned?.Prune(1);
        var parameters = network.parameters().Sum(parameter => parameter.numel()) - (pruned?.Pruned ?? 0);
        Assert.InRange(parameters / (double)published.Parameters, 0.98, 1.02);
    }

    [Fact]
    public void Backbones_have_a_size_of_less_than_250_thousand_parameters() => Assert.All(
        BackboneZoo.Networks.Where(row => row.SameAs is null), row =>
        {
            using var network = (Module)row.Create(new KeywordWindow());
            Assert.InRange(network.parameters().Sum(parameter => parameter.numel()), 100_000, 250_000);
        });

    [Theory]
    [MemberData(nameof(Definitions))]
    public void Clips_give_logits_alone_as_in_a_batch(string name)
    {
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        manual_seed(3);
        var network = Create(name);
        ((Module)network).eval();
        var clips = randn(3, Window.Frames, Window.Values);
        var together = Logits(network, clips);

        Assert.Equal(
            network.Steps is { } steps ? [3, Window.Frames / steps.Stride, Window.Labels - 1] : [3, Window.Labels], together.shape);
        for (var i = 0; i < 3; i++)
        {
            var alone = Logits(network, clips.narrow(0, i, 1));
            Assert.InRange((alone - together.narrow(0, i, 1)).abs().max().item<float>(), 0, 1e-4f);
        }
    }

    [Theory]
    [MemberData(nameof(Streams))]
    public void Stream_knows_nothing_of_what_comes(string name)
    {
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        manual_seed(4);
        var network = Create(name);
        ((Module)network).eval();
        var (frames, known) = (40, 24);
        var fbank = randn(2, frames, Window.Values);
        var other = fbank.clone();
        other.narrow(1, known, frames - known).add_(1);
        var (before, after) = (Logits(network, fbank), Logits(network, other));
        var steps = known / network.Steps!.Stride;

        Assert.True((before.narrow(1, 0, steps) == after.narrow(1, 0, steps)).all().item<bool>());
        Assert.False((before == after).all().item<bool>());
    }

    [Theory]
    [MemberData(nameof(Definitions))]
    public void Network_learns_eight_clips_by_heart(string name)
    {
        manual_seed(7);
        var network = Create(name);
        using var module = (Module)network;
        using var optimizer = optim.Adam(module.parameters(), lr: Rates.GetValueOrDefault(name, 5e-3));
        using var outer = NewDisposeScope();
        var clips = randn(Clips, Window.Frames, Window.Values);
        var labels = arange(Clips, int64).remainder(2);
        var (first, last) = (0f, 0f);
        for (var step = 0; step < 60 && (step == 0 || last > 0.15 * first); step++)
        {
            using var scope = NewDisposeScope();
            optimizer.zero_grad();
            var loss = functional.cross_entropy(KeywordLoss.WindowLogits(Logits(network, clips)), labels);
            loss.backward();
            optimizer.step();
            last = loss.item<float>();
            if (step == 0) first = last;
        }

        Assert.True(last <= 0.15 * first, $"Expected the loss to fall from {first}, got {last}.");
    }

    private static IKeywordNetwork Create(string name) => KeywordZoo.Find(name).Create(Window);

    private static Tensor Logits(IKeywordNetwork network, Tensor clips) => TorchValue.Run(network.Logits, clips);
}
