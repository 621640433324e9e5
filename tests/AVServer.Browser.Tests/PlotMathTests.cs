using System.Text.Json;
using AVServer.Runtime;
using AVServer.Server.Browser.Tests.Kit;
using AVServer.TestKit;

namespace AVServer.Server.Browser.Tests;

/// <summary>What the page computes itself, against the server's code and published values.</summary>
[Trait("Category", "unit")]
public sealed class PlotMathTests
{
    [Fact]
    public async Task Rate_of_a_threshold_on_the_page_is_the_one_that_the_server_chooses_it_by()
    {
        foreach (var model in (string[])["computer-verifier", "computer-spotter"])
        {
            using var manifest = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(TestPaths.Models, model, "manifest.json")));
            var table = manifest.RootElement.GetProperty("calibration").GetProperty("computer")
                .Deserialize<CalibrationTable>(JsonSerializerOptions.Web)!;
            double[] targets = [0.01, 0.1, 0.31, 0.5, 1, 2.7, 10, 60, 390, 1e6];
            var choices = targets.Select(table.ThresholdFor)
                .Zip(targets, (choice, target) => new { choice.Threshold, choice.Frr, Range = choice.Range.ToString(), target });
            await BrowserCheck.RunAsync("calibration", new { table, choices });
        }
    }

    [Fact]
    public Task Peaks_trigger_once_a_refractory_period_as_in_the_server() => BrowserCheck.RunAsync("peaks", new { });

    [Fact]
    public Task Mel_bands_on_the_page_are_those_that_the_models_hear() =>
        BrowserCheck.RunAsync(
            "log-mel", new
            {
                signal = TestPaths.Golden("kaldi-features", "signal.s16"),
                expected = TestPaths.Golden("kaldi-features", "fbank-80.f32")
            });

    [Fact]
    public Task Noise_has_the_level_that_is_set_and_the_ratio_is_measured() => BrowserCheck.RunAsync("noise", new { });
}
