using System.Text.RegularExpressions;
using AVServer.TestKit;

namespace AVServer.Architecture.Tests;

/// <summary>Rules of the source that no analyzer holds.</summary>
[Trait("Category", "unit")]
public sealed partial class SourceTests
{
    private const int MaxLines = 400;
    private const int MaxColumns = 140;
    private const string RawQuote = "\"\"\"";

    private static readonly string[] RefusedNameEndings = ["Helper", "Helpers", "Manager", "Utils", "Utilities", "Common", "Impl"];

    [Fact]
    public void No_file_has_begun_to_do_a_second_thing()
    {
        var tooLong = SourceFiles.All.Where(path => File.ReadLines(path).Count() > MaxLines).Select(SourceFiles.Relative);
        Assert.True(
            !tooLong.Any(), $"Expected at most {MaxLines} lines a file; what second thing does it do? {string.Join(", ", tooLong)}");
    }

    [Fact]
    public void Every_line_fits_a_screen()
    {
        var wide = SourceFiles.All.SelectMany(path => WideLines(path).Select(line => $"{SourceFiles.Relative(path)}:{line}"));
        Assert.True(!wide.Any(), $"Expected lines of at most {MaxColumns} columns, raw strings aside: {string.Join(", ", wide)}");
    }

    [Fact]
    public void No_file_is_a_drawer()
    {
        Assert.All(SourceFiles.All, path => Assert.False(
            RefusedNameEndings.Any(ending => Path.GetFileNameWithoutExtension(path).EndsWith(ending, StringComparison.Ordinal)),
            $"Name {SourceFiles.Relative(path)} after what it does."));
    }

    [Fact]
    public void Every_test_class_has_a_category()
    {
        string[] categories = ["unit", "golden", "server", "browser", "slow"];
        var tests = SourceFiles.All.Where(path => path.Contains("/tests/", StringComparison.Ordinal) && HasTests(File.ReadAllText(path)));
        Assert.All(tests, path => Assert.True(
            categories.Any(category => File.ReadAllText(path).Contains($"[Trait(\"Category\", \"{category}\")]", StringComparison.Ordinal)),
            $"Expected a category out of {string.Join(", ", categories)} in {SourceFiles.Relative(path)}."));
    }

    [Fact]
    public void Every_folder_of_golden_values_says_where_they_are_from()
    {
        Assert.All(
            Directory.EnumerateDirectories(TestPaths.Golden()),
            folder => Assert.True(File.Exists(Path.Combine(folder, "PROVENANCE.md")), SourceFiles.Relative(folder)));
    }

    [Fact]
    public void Onnx_runtime_is_loaded_by_nobody_but_the_runtime()
    {
        // What loads its library without AVServer.Runtime does so with telemetry: SessionFactory.Open is the way.
        var outside = SourceFiles.All.Where(path => !path.Contains("/src/AVServer.Runtime/", StringComparison.Ordinal));
        Assert.All(
            outside, path => Assert.False(
                LoadsOnnxRuntime().IsMatch(File.ReadAllText(path)), $"Expected SessionFactory.Open in {SourceFiles.Relative(path)}."));
    }

    [Fact]
    public void Every_log_message_has_an_id_of_its_own()
    {
        var ids = File.ReadAllText(Path.Combine(TestPaths.RepositoryRoot, "src", "LogEventIds.cs"));
        // none twice
        var declared = LogEventId().Matches(ids).ToDictionary(id => id.Groups["value"].Value, id => id.Groups["name"].Value);
        var used = SourceFiles.All.Where(path => path.Contains("/src/", StringComparison.Ordinal))
            .SelectMany(path => LogMessage().Matches(File.ReadAllText(path)).Select(message => message.Groups["id"].Value));
        Assert.Equal(declared.Values.Order(), used.Select(id => id.Replace("LogEventIds.", "", StringComparison.Ordinal)).Order());
    }

    // Numbers of the lines; what stands in a raw string, or begins or ends one, stands as it has to.
    private static IEnumerable<int> WideLines(string path)
    {
        var (number, isRaw) = (0, false);
        foreach (var line in File.ReadLines(path))
        {
            number++;
            if (!isRaw && line.Length > MaxColumns && !line.Contains(RawQuote, StringComparison.Ordinal)) yield return number;
            if (line.Split(RawQuote).Length % 2 == 0) isRaw = !isRaw;
        }
    }

    [GeneratedRegex(@"const int (?<name>\w+) = (?<value>\d+);")]
    private static partial Regex LogEventId();

    [GeneratedRegex(@"\[LoggerMessage\(\s*(EventId = )?(?<id>[\w.]+)")]
    private static partial Regex LogMessage();

    [GeneratedRegex(@"\bnew (InferenceSession|SessionOptions)\b|\bOrtEnv\.")]
    private static partial Regex LoadsOnnxRuntime();

    // As attributes on a line of their own, so that the words in this file don't count.
    private static bool HasTests(string source) =>
        source.Contains("\n    [Fact]", StringComparison.Ordinal) || source.Contains("\n    [Theory]", StringComparison.Ordinal);
}
