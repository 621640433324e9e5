using AVServer.Lab.Export;
using AVServer.Lab.Import;
using AVServer.Lab.Words;
using AVServer.Runtime;

namespace AVServer.Lab.Commands;

/// <summary><c>av-lab export-phones</c>: writes the network of a phone model anew, from the weights that stand in the model.</summary>
public static class ExportPhonesCommand
{
    public static async Task RunAsync(LabFolders folders, string recipePath, TextWriter output, CancellationToken cancellationToken)
    {
        var recipe = WordsRecipe.Load(recipePath);
        var folder = Path.Combine(folders.Models, recipe.Name);
        var manifest = ModelManifest.Parse(await File.ReadAllTextAsync(Path.Combine(folder, ModelManifest.FileName), cancellationToken));
        var before = await File.ReadAllBytesAsync(Path.Combine(folder, ModelManifest.MainFile), cancellationToken);
        var sounds = await File.ReadAllBytesAsync(Path.Combine(folder, PhoneModelFiles.Sounds), cancellationToken);
        using var network = PhoneNetGraph.Read(before);
        using var original = PhoneNetGraph.Read(before);
        var exported = ModelExporter.Export(network, PhoneQuantisation.Recordings(sounds, recipe.NoiseVariance));
        await output.WriteLineAsync(PhoneQuantisation.Compare(
            original, exported.Graph, PhoneQuantisation.Recordings(sounds, recipe.NoiseVariance, PhoneQuantisation.KeptFromRanges)));
        await File.WriteAllBytesAsync(Path.Combine(folder, ModelManifest.MainFile), exported.Graph, cancellationToken);
        var files = new Dictionary<string, ModelFile>(manifest.Files) { [ModelManifest.MainFile] = ModelFolder.Entry(exported.Graph) };
        ModelFolder.WriteManifest(folder, manifest with
        {
            Version = recipe.Version,
            Files = files,
            Inputs = exported.Inputs,
            Outputs = exported.Outputs,
            Streaming = exported.Streaming,
        });
    }
}
