using AVServer.Contracts;
using AVServer.TestKit;
using Microsoft.Extensions.DependencyInjection;

namespace AVServer.Pipeline.Tests.Words;

/// <summary>Words come, are measured, kept and go.</summary>
[Trait("Category", "unit")]
public sealed class KeywordRegistryTests(KeywordRegistryTests.Shared shared) : IClassFixture<KeywordRegistryTests.Shared>
{
    [Fact]
    public async Task A_word_is_measured_on_stored_speech_and_listed_until_it_is_removed()
    {
        await using var services = ServicesOver(TestPaths.Models);
        var registry = services.GetRequiredService<IKeywordRegistry>();
        var details = await registry.AddAsync(new KeywordRequest("  Hey   MARVIN "), CancellationToken.None);

        Assert.Equal("hey marvin", details.Name);
        Assert.Contains("HH EY M AA R V IH N", details.Pronunciations.Select(way => way.Phones));
        Assert.Empty(details.Warnings);
        Assert.InRange(details.Calibration.Threshold, 0.001f, 0.9999f);
        Assert.True(details.Calibration.FillerHours > 0.5);
        Assert.Equal(details.Calibration.Points.OrderBy(point => point.Threshold), details.Calibration.Points);
        Assert.Equal(details.Calibration.Points.OrderByDescending(point => point.FalseAlarmsPerHour), details.Calibration.Points);

        Assert.Equal("hey marvin", Assert.Single(registry.Keywords).Name);
        Assert.NotNull(registry.Find("HEY marvin"));
        Assert.True(registry.Remove("hey marvin"));
        Assert.False(registry.Remove("hey marvin"));
        Assert.Empty(registry.Keywords);
    }

    [Fact]
    public async Task A_word_that_a_trained_model_listens_for_too_has_the_threshold_of_both()
    {
        var measured = new KeyValuePair<string, string?>("Keywords:MeasuredPath", TestPaths.Measured);
        await using var both = PipelineServices.BuildPipeline(TestPaths.Models, measured);
        await using var typed = PipelineServices.BuildPipeline(
            TestPaths.Models, measured, new KeyValuePair<string, string?>("Pipeline:Keywords:0:Model", "computer-spotter"));
        var (fused, alone) = (both.GetRequiredService<KeywordRegistry>(), typed.GetRequiredService<KeywordRegistry>());

        Assert.True(Threshold(fused) > Threshold(alone));
        Assert.NotNull(Word(fused).Fused);
        Assert.Null(Word(alone).Fused);
        Assert.Null(fused.Current!.Words.Single(word => word.Name == "hey computer").Fused);

        // Measured again, as for another target, it is what was shipped; and so it comes to another server.
        var exported = fused.Export("computer")!.Json;
        var again = await fused.AddAsync(fused.Model!.Shipped[0].Request, CancellationToken.None);
        Assert.Equal(fused.Model.Shipped[0].Fused!.Threshold, Word(fused).Threshold, 1e-3f);
        await alone.ImportAsync(exported, CancellationToken.None);
        Assert.Null(Word(alone).Fused);
        Assert.Equal(alone.Model!.Shipped[0].Threshold, Word(alone).Threshold, 1e-3f);
        await fused.ImportAsync(exported, CancellationToken.None);
        Assert.NotNull(Word(fused).Fused);
        Assert.Equal(again.Calibration.Threshold, Threshold(fused), 1e-3f);

        static TypedWord Word(KeywordRegistry registry) => registry.Current!.Words.Single(word => word.Name == "computer");

        static float Threshold(KeywordRegistry registry) => registry.Find("computer")!.Calibration.Threshold;
    }

    [Fact]
    public async Task Fewer_false_alarms_ask_for_a_higher_threshold()
    {
        await using var services = Services();
        var registry = services.GetRequiredService<IKeywordRegistry>();
        var thresholds = new List<float>();
        foreach (var rate in new[] { 20, 2, 0.5, 0.1 })
            thresholds.Add((await registry.AddAsync(new KeywordRequest("computer", rate), CancellationToken.None)).Calibration.Threshold);
        Assert.Equal(thresholds.Order(), thresholds);
        Assert.Single(registry.Keywords);
    }

    [Fact]
    public async Task What_was_found_of_a_word_is_remembered_and_of_another_spelling_looked_for()
    {
        await using var services = Services();
        var model = ((KeywordRegistry)services.GetRequiredService<IKeywordRegistry>()).Model!;
        int[] phones = [.. "M AA R V IH N".Split(' ').Select(model.States.IndexOf)];
        var first = Measure("marvin");
        Assert.Same(first, Measure("marvin"));
        Assert.NotSame(first, Measure("marven"));

        WordStatistics Measure(string text) =>
            model.Calibrator.Measure([[.. phones]], model.Rescorer.Spellings(text, []), CancellationToken.None);
    }

    [Fact]
    public async Task Words_outlive_the_server_in_their_file()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "data", "keywords.json");
        await using (var first = Services(("Keywords:Path", path)))
            await first.GetRequiredService<IKeywordRegistry>()
                .AddAsync(new KeywordRequest("marvin=M AA R V IH N", 1, 2, ["lobby*"]), CancellationToken.None);

        await using var second = Services(("Keywords:Path", path));
        var kept = Assert.Single(second.GetRequiredService<IKeywordRegistry>().Keywords);
        Assert.Equal(
            ("marvin", 1.0, 2.0, "M AA R V IH N"),
            (kept.Name, kept.Request.FalseAlarmsPerHour, kept.Request.RefractorySeconds, Assert.Single(kept.Pronunciations).Phones));
        Assert.Equal(["lobby*"], kept.Request.Streams!);
    }

    [Theory]
    [InlineData("", 0.5, 1, "nothing")]
    [InlineData("компьютер", 0.5, 1, "A")]
    [InlineData("marvin=M AX R", 0.5, 1, "AX")]
    [InlineData("marvin", 0, 1, "falseAlarmsPerHour")]
    [InlineData("marvin", 0.5, -1, "refractorySeconds")]
    public async Task What_cannot_be_listened_for_is_refused_with_a_reason(string text, double rate, double refractory, string reason)
    {
        var error = await Assert.ThrowsAsync<KeywordException>(() =>
            shared.Registry.AddAsync(new KeywordRequest(text, rate, refractory), CancellationToken.None));
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task More_words_than_the_limit_are_refused()
    {
        await using var services = Services(("Keywords:MaxWords", "1"));
        var registry = services.GetRequiredService<IKeywordRegistry>();
        await registry.AddAsync(new KeywordRequest("marvin"), CancellationToken.None);
        var error = await Assert.ThrowsAsync<KeywordException>(
            () => registry.AddAsync(new KeywordRequest("computer"), CancellationToken.None));
        Assert.Contains("Keywords:MaxWords", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_short_word_is_taken_with_a_warning()
    {
        var details = await shared.Registry.AddAsync(new KeywordRequest("cat"), CancellationToken.None);
        Assert.Contains(details.Warnings, warning => warning.Contains("1 syllable", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_word_that_sounds_like_common_ones_or_like_another_is_taken_with_a_warning()
    {
        Assert.Contains(await WarningsAsync("computer"), warning => warning.Contains("commuter", StringComparison.Ordinal));
        // A word that is changed isn't nearly another one.
        Assert.DoesNotContain(await WarningsAsync("computer"), IsNearAnother);
        Assert.Contains(await WarningsAsync("hey computer"), IsNearAnother);

        async Task<IReadOnlyList<string>> WarningsAsync(string text) =>
            (await shared.Registry.AddAsync(new KeywordRequest(text), CancellationToken.None)).Warnings;

        static bool IsNearAnother(string warning) => warning.Contains("nearly another keyword", StringComparison.Ordinal);
    }

    private ServiceProvider Services(params (string Key, string Value)[] settings) => ServicesOver(shared.ModelsPath, settings);

    private static ServiceProvider ServicesOver(string models, params (string Key, string Value)[] settings)
    {
        var given = settings.Select(setting => KeyValuePair.Create(setting.Key, (string?)setting.Value));
        return PipelineServices.BuildPipeline(models, [new("Keywords:Shipped", "false"), .. given]);
    }

    /// <summary>Models, written once, and a registry for tests that don't count its words.</summary>
    public sealed class Shared : IDisposable
    {
        private readonly TemporaryFolder _models = new();
        private readonly ServiceProvider _services;

        public Shared()
        {
            new FakeSpotter { Centre = 30 }.Write(_models.Path);
            TypedWordModels.Write(_models.Path);
            _services = ServicesOver(_models.Path);
        }

        public string ModelsPath => _models.Path;

        internal IKeywordRegistry Registry => _services.GetRequiredService<IKeywordRegistry>();

        public void Dispose()
        {
            _services.Dispose();
            _models.Dispose();
        }
    }
}
