using System.Text.Json;
using AVServer.TestKit;

namespace AVServer.Guides.Tests.Kit;

/// <summary>Runs one check of the folder <c>checks</c> in Node; what the check writes says why it failed.</summary>
internal static class NodeCheck
{
    /// <param name="check">File name without extension.</param>
    /// <param name="arguments">What the check needs to know; becomes a JSON object.</param>
    public static Task<string> RunAsync(string check, object arguments)
    {
        var folder = Path.Combine(TestPaths.RepositoryRoot, "tests", "AVServer.Guides.Tests", "checks");
        return RunningProgram.RunAsync(
            folder, new Dictionary<string, string>(), "node", check + ".mjs",
            JsonSerializer.Serialize(arguments, JsonSerializerOptions.Web));
    }
}
