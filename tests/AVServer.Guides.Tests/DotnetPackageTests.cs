using System.IO.Compression;
using AVServer.Guides.Tests.Kit;
using AVServer.TestKit;

namespace AVServer.Guides.Tests;

/// <summary>The .NET client as a package.</summary>
[Trait("Category", "slow")]
public sealed class DotnetPackageTests
{
    [Theory]
    [InlineData("clients/dotnet", "AVServer.Client", true)]
    [InlineData("src/AVServer.Contracts", "AVServer.Contracts", false)]
    public async Task Project_packs_into_what_its_users_reference(string project, string name, bool hasGuide)
    {
        using var folder = new TemporaryFolder();
        await RunningProgram.RunAsync(
            TestPaths.RepositoryRoot, new Dictionary<string, string>(), "dotnet", "pack", project, "-c", "Release", "--no-build",
            "--nologo", "-v", "q", "-o", folder.Path);

        using var package = ZipFile.OpenRead(Assert.Single(Directory.GetFiles(folder.Path, "*.nupkg")));
        Assert.StartsWith($"{name}.", Path.GetFileName(Directory.GetFiles(folder.Path)[0]), StringComparison.Ordinal);
        Assert.Contains($"lib/net10.0/{name}.dll", package.Entries.Select(entry => entry.FullName));
        Assert.Contains($"lib/net10.0/{name}.xml", package.Entries.Select(entry => entry.FullName));
        Assert.Equal(hasGuide, package.Entries.Any(entry => entry.FullName == "README.md"));

        using var description = new StreamReader(package.GetEntry($"{name}.nuspec")!.Open());
        // runs without ASP.NET Core
        Assert.DoesNotContain("frameworkReference", await description.ReadToEndAsync(), StringComparison.Ordinal);
    }
}
