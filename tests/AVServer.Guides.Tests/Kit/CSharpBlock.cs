using System.Text.RegularExpressions;

namespace AVServer.Guides.Tests.Kit;

/// <summary>Compiles a block as the whole program of a console project that references the client, and runs it until it has told of the wake word.</summary>
internal static class CSharpBlock
{
    private static readonly string[] ImplicitUsings = ["System", "System.Collections.Generic", "System.IO", "System.Linq", "System.Net.Http", "System.Threading", "System.Threading.Tasks"];

    public static async Task RunAsync(CodeBlock block, Newcomer newcomer)
    {
        var folder = Directory.CreateDirectory(Path.Combine(newcomer.Folder, $"program-{block.Line}")).FullName;
        foreach (var library in Libraries()) File.Copy(library, Path.Combine(folder, Path.GetFileName(library)));
        File.Copy(Path.Combine(AppContext.BaseDirectory, "av.runtimeconfig.json"), Path.Combine(folder, "program.runtimeconfig.json"));
        await File.WriteAllTextAsync(Path.Combine(folder, "Program.cs"), newcomer.Addressed(block.Text));
        await File.WriteAllTextAsync(Path.Combine(folder, "Usings.cs"), string.Concat(ImplicitUsings.Select(name => $"global using {name};\n")));
        var references = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator);
        await File.WriteAllLinesAsync(Path.Combine(folder, "program.rsp"), ["-nologo", "-nullable", "-warnaserror", "-out:program.dll", "Program.cs", "Usings.cs", .. references.Select(path => $"-r:{path}")]);
        await RunningProgram.RunAsync(folder, newcomer.Environment, "dotnet", Compiler(), "-noconfig", "@program.rsp");

        await using var program = RunningProgram.Start(newcomer.Folder, newcomer.Environment, "dotnet", Path.Combine(folder, "program.dll"));
        await program.UntilAsync(new Regex("computer"));
    }

    // The client and what it needs beside ASP.NET Core.
    private static IEnumerable<string> Libraries() =>
        new[] { "AVServer.Client.dll", "AVServer.Contracts.dll", "Microsoft.AspNetCore.SignalR.Client.Core.dll" }.Select(name => Path.Combine(AppContext.BaseDirectory, name));

    private static string Compiler()
    {
        var root = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(typeof(object).Assembly.Location)!, "..", "..", ".."));
        return Directory.GetDirectories(Path.Combine(root, "sdk"))
            .Select(sdk => Path.Combine(sdk, "Roslyn", "bincore", "csc.dll")).Where(File.Exists).Order(StringComparer.Ordinal).Last();
    }
}
