using AVServer.Lab.Data;
using AVServer.TestKit;

namespace AVServer.Lab.Tests;

[Trait("Category", "unit")]
public sealed class SynthesisTests
{
    [Fact]
    public void NearMisses_NeverHoldTheKeyword()
    {
        var recipe = DataRecipe.Load(Path.Combine(TestPaths.RepositoryRoot, "src/AVServer.Lab/Recipes/computer-data.json"));

        Assert.NotEmpty(recipe.Synthesis!.NearMisses);
        Assert.All(recipe.Synthesis.NearMisses, word => Assert.DoesNotContain(recipe.Keyword, word, StringComparison.OrdinalIgnoreCase));
        Assert.All(recipe.Synthesis.Spellings, spelling => Assert.Contains(recipe.Keyword, spelling, StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public void DrawnShapes_StayWithinPeople_AndDiffer()
    {
        var random = new Random(1);
        var shapes = Enumerable.Range(0, 500).Select(_ => VoiceShape.Draw(random)).ToArray();

        Assert.All(shapes, shape =>
        {
            Assert.InRange(shape.Formants, 0.8, 1.3);
            Assert.InRange(shape.PitchHz, 80, 300);
            Assert.InRange(shape.PitchRange, 0.3, 2.2);
            Assert.InRange(shape.Duration, 0.7, 1.4);
        });
        Assert.Equal(shapes.Length, shapes.Distinct().Count());
    }

    [Fact]
    public void Voices_AreDistinct()
    {
        var names = SyntheticVoice.Recorded.Concat(SyntheticVoice.Accented).Concat(SyntheticVoice.Foreign).Select(voice => voice.ToString())
            .ToArray();

        Assert.Equal(names.Length, names.Distinct().Count());
    }
}
