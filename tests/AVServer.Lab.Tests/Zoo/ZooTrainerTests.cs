using System.Runtime.InteropServices;
using AVServer.Lab.Data;
using AVServer.Lab.Export;
using AVServer.Lab.Training;
using AVServer.Lab.Zoo;
using AVServer.Networks;
using AVServer.Networks.Emotion;
using AVServer.TestKit;
using static TorchSharp.torch;

namespace AVServer.Lab.Tests.Zoo;

[Trait("Category", "unit")]
public sealed class ZooTrainerTests : IDisposable
{
    private static readonly ZooRecipe Recipe = ZooRecipe.Load(
        Path.Combine(TestPaths.RepositoryRoot, "src", "AVServer.Lab", "Recipes", "zoo.json"), "mdtc") with
    { Batch = 4 };

    private readonly string _path = Path.Combine(Path.GetTempPath(), $"zoo-{Guid.NewGuid():N}.bin");

    public void Dispose() => File.Delete(_path);

    [Fact]
    public void Loss_of_a_step_comes_from_its_number_alone_and_is_the_cross_entropy()
    {
        using var scope = NewDisposeScope();
        var trainer = Trainer(Recipe, "tdnn");
        Assert.Equal(Trainer(Recipe, "tdnn").Loss(3).item<float>(), trainer.Loss(3).item<float>(), 1e-5);
        Assert.NotEqual(trainer.Loss(4).item<float>(), trainer.Loss(3).item<float>());

        var logits = randn(4, 5);
        var plain = FocalLoss.Of(logits, LabelTargets.Of([1, 0, 4, 4], 5, smoothing: 0), gamma: 0);
        Assert.Equal(nn.functional.cross_entropy(logits, tensor(new long[] { 1, 0, 4, 4 })).item<float>(), plain.item<float>(), 1e-5);
    }

    [Theory]
    [InlineData("focal")]
    [InlineData("smoothing")]
    [InlineData("mixup")]
    [InlineData("early")]
    [InlineData("binary")]
    public void Each_option_changes_what_is_lost(string option)
    {
        using var scope = NewDisposeScope();
        var loss = option switch
        {
            "focal" => new ZooLoss(Gamma: 2),
            "smoothing" => new ZooLoss(Smoothing: 0.2),
            "mixup" => new ZooLoss(Mixup: 0.4),
            "early" => new ZooLoss(EarlyShare: 1, EarlySteps: 4),
            _ => new ZooLoss(IsBinary: true),
        };

        Assert.NotEqual(Trainer(Recipe, "tdnn").Loss(0).item<float>(), Trainer(Recipe with { Loss = loss }, "tdnn").Loss(0).item<float>());
    }

    [Theory]
    [InlineData("tc-resnet-8")]
    [InlineData("kwt-1-distilled")]
    public void Whole_share_of_the_teacher_is_what_it_says_alone(string row)
    {
        using var scope = NewDisposeScope();
        var teacher = Trainer(Recipe, "tdnn").Model;
        var all = Recipe with { Loss = new ZooLoss(Teacher: "tdnn", TeacherShare: 1) };
        var got = Trainer(all, row, teacher).Loss(0);
        got.backward();

        Assert.All(teacher.parameters(), weights => Assert.True(weights.grad is null));
        Assert.True(got.item<float>() > 0);
        var none = all with { Loss = all.Loss! with { TeacherShare = 0 } };
        Assert.NotEqual(Trainer(none, row, teacher).Loss(0).item<float>(), got.item<float>());
    }

    [Fact]
    public void Network_is_pruned_as_its_training_goes_on_and_not_by_the_timing_before()
    {
        using var scope = NewDisposeScope();
        var trainer = Trainer(Recipe, "condensenet");
        var network = (IPrunedNetwork)trainer.Model.Inner;
        trainer.Loss(5);
        Assert.Equal(0, network.Pruned);

        trainer.Steps = 10;
        trainer.Loss(2);
        var (early, later) = (network.Pruned, 0L);
        trainer.Loss(5);
        later = network.Pruned;
        Assert.InRange(early, 1, later - 1);
    }

    [Fact]
    public void Front_end_learns_with_a_network_of_windows_and_a_stream_has_none()
    {
        using var scope = NewDisposeScope();
        var recipe = Recipe with { HasPcen = true };
        var trainer = Trainer(recipe, "tc-resnet-8");
        trainer.Loss(0).backward();

        Assert.All(
            trainer.Model.named_parameters().Where(weights => weights.name.StartsWith("frontEnd", StringComparison.Ordinal)),
            weights => Assert.True(weights.parameter.grad!.abs().sum().item<float>() > 0));
        Assert.InRange(ModelExporter.Export(trainer.Model).MaxDifference, 0, 1e-4f);
        Assert.Throws<ArgumentException>(() => Trainer(recipe, "tdnn"));
    }

    [Fact]
    public void What_adaptive_networks_do_is_counted_and_nothing_of_others()
    {
        var windows = Windows(Recipe);
        Assert.Null(Trainer(Recipe, "tc-resnet-8").Operations(windows));
        Assert.InRange(Trainer(Recipe, "tcn-cascade").Operations(windows)!.Value, 30_000, 800_000);
    }

    [Fact]
    public void Labels_are_smoothed_and_mixed_by_the_same_shares()
    {
        using var scope = NewDisposeScope();
        var targets = LabelTargets.Of([1, 0], 4, smoothing: 0.2);
        Assert.Equal([0.05f, 0.85f, 0.05f, 0.05f, 0.85f, 0.05f, 0.05f, 0.05f], targets.flatten().data<float>().ToArray(), Near);

        var mixed = new Mixup(0.75, [1, 0]).Mix(LabelTargets.Of([1, 0], 2, smoothing: 0));
        Assert.Equal([0.25f, 0.75f, 0.75f, 0.25f], mixed.flatten().data<float>().ToArray(), Near);
        Assert.All(Enumerable.Range(0, 20), seed => Assert.InRange(Mixup.Draw(0.3, 4, new Random(seed)).Share, 0, 1));

        static bool Near(float one, float other) => Math.Abs(one - other) < 1e-6;
    }

    private ZooTrainer Trainer(ZooRecipe recipe, string row, NormalisedNetwork? teacher = null) =>
        new(recipe, KeywordZoo.Find(row), Windows(recipe), teacher);

    /// <summary>Made-up windows, two of each label.</summary>
    private ZooWindows Windows(ZooRecipe recipe)
    {
        const int length = (ZooRecipe.Frames + ZooWindows.Spare) * ZooRecipe.Mels;
        var random = new Random(4);
        using (var writer = new BinaryWriter(File.Create(_path)))
        {
            for (var window = 0; window < 2 * recipe.Window.Labels; window++)
            {
                var values = new Half[length];
                for (var i = 0; i < length; i++) values[i] = (Half)(random.NextSingle() * 4);
                writer.Write(window % recipe.Window.Labels);
                writer.Write(MemoryMarshal.AsBytes<Half>(values));
            }
        }

        return ZooWindows.LoadOrMake(_path, recipe, corpora: null!, Split.Train);
    }
}
