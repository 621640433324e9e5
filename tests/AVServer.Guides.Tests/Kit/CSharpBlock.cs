using System.Text.RegularExpressions;
using AVServer.TestKit;

namespace AVServer.Guides.Tests.Kit;

/// <summary>
/// Compiles a block as the whole program of a console project that references the client, and runs it until it has told of the wake word.
/// Such a project has .NET's own framework and what stands beside the built client, and not ASP.NET Core.
/// </summary>
internal static class CSharpBlock
{
    private const string RuntimeConfig =
        """{"runtimeOptions":{"tfm":"net10.0","framework":{"name":"Microsoft.NETCore.App","version":"10.0.0"}}}""";

    private static readonly string[] ImplicitUsings =
        ["System", "System.Collections.Generic", "System.IO", "System.Linq", "System.Net.Http", "System.Threading",
            "System.Threading.Tasks"];

    public static async Task RunAsync(CodeBlock block, Newcomer newcomer)
    {
        var folder = Directory.CreateDirectory(Path.Combine(newcomer.Folder, $"program-{block.Line}")).FullName;
        var libraries = Libraries();
        foreach (var library in libraries) File.Copy(library, Path.Combine(folder, Path.GetFileName(library)));
        await File.WriteAllTextAsync(Path.Combine(folder, "program.runtimeconfig.json"), RuntimeConfig);
        await File.WriteAllTextAsync(Path.Combine(folder, "Program.cs"), newcomer.Addressed(block.Text));
        await File.WriteAllTextAsync(
            Path.Combine(folder, "Usings.cs"), string.Concat(ImplicitUsings.Select(name => $"global using {name};\n")));
        var references = Framework().Concat(libraries).Select(path => $"-r:{path}");
        string[] options = ["-nologo", "-nullable", "-warnaserror", "-out:program.dll", "Program.cs", "Usings.cs", .. references];
        await File.WriteAllLinesAsync(Path.Combine(folder, "program.rsp"), options);
        await RunningProgram.RunAsync(folder, newcomer.Environment, "dotnet", Compiler(), "-noconfig", "@program.rsp");

        await using var program = RunningProgram.Start(
            newcomer.Folder, newcomer.Environment, "dotnet", Path.Combine(folder, "program.dll"));
        await program.UntilAsync(new Regex("computer"));
    }

    // The build of the client has beside it whatever its packages bring.
    private static string[] Libraries()
    {
        var configuration = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;
        return Directory.GetFiles(Path.Combine(TestPaths.RepositoryRoot, "clients", "dotnet", "bin", configuration, "net10.0"), "*.dll");
    }

    private static IEnumerable<string> Framework()
    {
        var folder = Path.GetDirectoryName(typeof(object).Assembly.Location);
        return ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(path => Path.GetDirectoryName(path) == folder);
    }

    private static string Compiler()
    {
        var root = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(typeof(object).Assembly.Location)!, "..", "..", ".."));
        return Directory.GetDirectories(Path.Combine(root, "sdk"))
            .Select(sdk => Path.Combine(sdk, "Roslyn", "bincore", "csc.dll")).Where(File.Exists).Order(StringComparer.Ordinal).Last();
    }
}
