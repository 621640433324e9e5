using System.Text.RegularExpressions;
using AVServer.TestKit;

namespace AVServer.Guides.Tests.Kit;

/// <summary>
/// Runs a block of JavaScript in Node, or one of HTML in Chromium with the recording as its microphone, until it has told of the wake word.
/// </summary>
internal static class JavaScriptBlock
{
    public static async Task RunInNodeAsync(CodeBlock block, Newcomer newcomer)
    {
        // Where the block runs, the package is installed.
        var packages = Directory.CreateDirectory(Path.Combine(newcomer.Folder, "node_modules")).FullName;
        if (!Directory.Exists(Path.Combine(packages, "avserver-client")))
            Directory.CreateSymbolicLink(
                Path.Combine(packages, "avserver-client"), Path.Combine(TestPaths.RepositoryRoot, "clients", "web"));
        var script = Path.Combine(newcomer.Folder, $"block-{block.Line}.mjs");
        await File.WriteAllTextAsync(script, newcomer.Addressed(block.Text));
        await using var node = RunningProgram.Start(newcomer.Folder, newcomer.Environment, "node", script);
        await node.UntilAsync(new Regex("computer"));
    }

    public static Task RunInBrowserAsync(CodeBlock block, Newcomer newcomer) =>
        NodeCheck.RunAsync(
            "page-hears-the-word",
            new
            {
                Address = newcomer.Address.ToString().TrimEnd('/'),
                Html = newcomer.Addressed(block.Text),
                Microphone = Path.Combine(newcomer.Folder, "hello.wav")
            });
}
