using System.Text.Json;
using System.Text.RegularExpressions;
using AVServer.Guides.Tests.Kit;
using AVServer.TestKit;

namespace AVServer.Guides.Tests;

/// <summary>The JavaScript client as others use it: by its package, its types, and over connections that break.</summary>
[Collection(nameof(Newcomers))]
[Trait("Category", "slow")]
public sealed class ModuleTests(Newcomer newcomer)
{
    private string Address => newcomer.Address.ToString().TrimEnd('/');

    [Fact]
    public async Task Types_are_those_of_the_wire_and_of_the_module()
    {
        using var folder = new TemporaryFolder();
        await NodeCheck.RunAsync("types", new { Folder = folder.Path, Golden = TestPaths.Golden("wire", "contracts.json") });
    }

    [Fact]
    public async Task Package_holds_what_its_modules_import_and_nothing_of_the_page()
    {
        var web = Path.Combine(TestPaths.RepositoryRoot, "clients", "web");
        var output = await RunningProgram.RunAsync(
            web, new Dictionary<string, string>(), "npm", "pack", "--dry-run", "--json", "--loglevel=silent");
        var packed = JsonDocument.Parse(output).RootElement[0].GetProperty("files").EnumerateArray()
            .Select(file => file.GetProperty("path").GetString()!).ToHashSet();

        var needed = new HashSet<string> { "package.json", "README.md", "avserver.d.ts" };
        AddWithImports("avserver.js");
        AddWithImports("pcm-worklet.js");   // loaded by its address, not imported
        Assert.Equal(needed.Order(StringComparer.Ordinal), packed.Order(StringComparer.Ordinal));

        void AddWithImports(string name)
        {
            if (!needed.Add(name)) return;
            foreach (Match import in Regex.Matches(
                File.ReadAllText(Path.Combine(web, name)), @"^import .* from '\./(.+)';", RegexOptions.Multiline))
                AddWithImports(import.Groups[1].Value);
        }
    }

    [Fact]
    public Task Reader_whose_connection_is_cut_misses_nothing() =>
        NodeCheck.RunAsync("module-resumes", new { Address, File = Path.Combine(newcomer.Folder, "hello.wav") });

    [Fact]
    public Task Waits_between_attempts_grow_and_only_a_connection_that_held_makes_them_short_again() =>
        NodeCheck.RunAsync("module-waits-longer", new { });

    [Fact]
    public Task File_is_read_as_fast_as_it_is_taken() => NodeCheck.RunAsync("module-waits", new { Address });

    [Fact]
    public Task Camera_is_sent_without_a_microphone() => NodeCheck.RunAsync("module-sends-camera", new { Address });
}
