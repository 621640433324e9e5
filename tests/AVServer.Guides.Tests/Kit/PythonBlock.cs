using System.Text.RegularExpressions;
using AVServer.TestKit;

namespace AVServer.Guides.Tests.Kit;

/// <summary>Runs a block of Python with Debian's interpreter, until it has told of the wake word.</summary>
internal static class PythonBlock
{
    public static async Task RunAsync(CodeBlock block, Newcomer newcomer)
    {
        var script = Path.Combine(newcomer.Folder, $"block-{block.Line}.py");
        await File.WriteAllTextAsync(script, newcomer.Addressed(block.Text));
        // Where the block runs, the package is installed.
        var environment = new Dictionary<string, string>(newcomer.Environment)
        {
            ["PYTHONPATH"] = Path.Combine(TestPaths.RepositoryRoot, "clients", "python", "src"),
            ["PYTHONDONTWRITEBYTECODE"] = "1",
        };
        await using var python = RunningProgram.Start(newcomer.Folder, environment, "/usr/bin/python3", script);
        await python.UntilAsync(new Regex("computer"));
    }
}
