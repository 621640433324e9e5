using System.Globalization;
using System.Text;
using AVServer.Evaluation;
using AVServer.Lab.Export;
using AVServer.Networks;
using static TorchSharp.torch;

namespace AVServer.Lab.Zoo;

/// <summary>The table of all networks and its picture.</summary>
/// <param name="recipe">What is common to the rows.</param>
/// <param name="results">What was measured, by row.</param>
internal sealed class ZooTable(ZooRecipe recipe, IReadOnlyDictionary<string, ZooResult> results)
{
    /// <summary>The table as markdown, without a heading.</summary>
    internal string ToMarkdown()
    {
        var text = new StringBuilder();
        text.Append("| network | parameters | int8, kB | MACs a step | streams | µs a step | accuracy | misses | misses, 0 dB | from |\n")
            .Append("|---|--:|--:|--:|---|--:|--:|--:|--:|---|\n");
        foreach (var row in KeywordZoo.Networks)
        {
            var network = row.Create(recipe.Window);
            using var module = (nn.Module)network;
            (network as IPrunedNetwork)?.Prune(progress: 1);
            var card = NetworkCard.Of(row.Name, network);
            text.Append(
                CultureInfo.InvariantCulture,
                $"| {row.Name} | {card.Parameters:N0} | {card.Parameters / 1000.0:N0} | {card.MultiplyAccumulates:N0}{Done(row.Name)} | "
                + $"{(card.Streams ? "yes" : "no")} | {Measured(row.Name)} | {row.Paper}{Remark(row)} |\n");
        }

        foreach (var missing in UnwrittenNetwork.All)
            text.Append(
                CultureInfo.InvariantCulture,
                $"| {missing.Name} | – | – | – | – | – | not written yet | – | – | {missing.Paper}; {missing.Reason} |\n");
        return text.ToString();
    }

    /// <summary>Cost against misses, with the front.</summary>
    internal string ToSvg() => ParetoPlot.Draw(
        "Keyword networks", "µs for 80 ms of sound, one thread",
        [.. results.OrderBy(row => row.Key, StringComparer.Ordinal)
            .Select(row => (row.Key, row.Value.MicrosecondsAStep, row.Value.MissesClean[^1]))]);

    /// <summary>What the figures stand for.</summary>
    internal string Legend()
    {
        var measured = results.Values.FirstOrDefault();
        var on = measured is null ? "nothing is measured yet" : string.Create(
            CultureInfo.InvariantCulture,
            $"{measured.Windows} windows, {measured.Keywords} recordings of the keyword, {measured.Hours:F2} h of {recipe.HeldOut}");
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{KeywordZoo.Networks.Count} rows, {results.Count} of them trained, each for {recipe.Minutes:0.#} minutes of one core; "
            + $"{UnwrittenNetwork.All.Count} {(UnwrittenNetwork.All.Count == 1 ? "is" : "are")} not written yet. Measured on {on}. ");
    }

    private string Measured(string name) => results.TryGetValue(name, out var result)
        ? string.Create(
            CultureInfo.InvariantCulture,
            $"{result.MicrosecondsAStep:N0} | {100 * result.Accuracy:F1}{Sounds(result)} | {Each(result.MissesClean)} | "
            + $"{Each(result.MissesNoisy)}")
        : "– | not trained yet | – | –";

    private string Done(string name) => results.GetValueOrDefault(name)?.Operations is { } operations
        ? string.Create(CultureInfo.InvariantCulture, $" ({operations:N0} done)")
        : "";

    private static string Sounds(ZooResult result) => result.SoundAccuracy is { } share
        ? string.Create(CultureInfo.InvariantCulture, $" (sounds {100 * share:F1})")
        : "";

    private static string Each(IEnumerable<double> misses) =>
        string.Join(" / ", misses.Select(share => (100 * share).ToString("F1", CultureInfo.InvariantCulture)));

    private static string Remark(ZooNetwork row) => row.Remark is null ? "" : $"; {row.Remark}";
}
