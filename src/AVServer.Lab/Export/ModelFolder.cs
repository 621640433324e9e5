using System.Security.Cryptography;
using AVServer.Runtime;

namespace AVServer.Lab.Export;

/// <summary>Writes what makes a folder a model.</summary>
internal static class ModelFolder
{
    /// <summary>A file as a manifest names it.</summary>
    public static ModelFile Entry(byte[] bytes) => new(Convert.ToHexStringLower(SHA256.HashData(bytes)), bytes.Length);

    /// <summary>Writes a manifest.</summary>
    /// <param name="folder">Folder of the model; it exists.</param>
    /// <param name="manifest">What stands in it.</param>
    /// <exception cref="InvalidDataException">The server would refuse it; the message says why.</exception>
    public static void WriteManifest(string folder, ModelManifest manifest)
    {
        if (manifest.Validate() is { Count: > 0 } errors)
            throw new InvalidDataException($"Expected a sound manifest of {manifest.Name}, got: {string.Join("; ", errors)}.");
        File.WriteAllText(Path.Combine(folder, ModelManifest.FileName), manifest.ToJson());
    }

    /// <summary>Writes a graph, the recipe that it was made by, and the manifest.</summary>
    /// <param name="folder">Folder of the model; made where it is missing.</param>
    /// <param name="recipePath">File of the recipe.</param>
    /// <param name="exported">The graph.</param>
    /// <param name="manifest">Its files, inputs and outputs are the graph's, whatever stands there.</param>
    public static void Write(string folder, string recipePath, ExportedModel exported, ModelManifest manifest)
    {
        Directory.CreateDirectory(folder);
        File.WriteAllBytes(Path.Combine(folder, ModelManifest.MainFile), exported.Graph);
        File.Copy(recipePath, Path.Combine(folder, "recipe.json"), overwrite: true);
        WriteManifest(folder, manifest with
        {
            Files = new Dictionary<string, ModelFile> { [ModelManifest.MainFile] = Entry(exported.Graph) },
            Inputs = exported.Inputs,
            Outputs = exported.Outputs,
        });
    }
}
