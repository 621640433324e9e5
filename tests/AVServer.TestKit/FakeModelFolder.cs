using System.Security.Cryptography;
using System.Text.Json;

namespace AVServer.TestKit;

/// <summary>Writes model folders as the store expects them, with the hash of what is in them.</summary>
public static class FakeModelFolder
{
    /// <summary>Writes a model of one graph.</summary>
    /// <param name="modelsFolder">Folder of all models.</param>
    /// <param name="name">Name of model and folder.</param>
    /// <param name="graph">Bytes of <c>model.onnx</c>.</param>
    /// <param name="manifest">Members of the manifest beside name, version, licence and files.</param>
    /// <returns>The model's own folder.</returns>
    public static string Write(string modelsFolder, string name, byte[] graph, IReadOnlyDictionary<string, object?> manifest)
    {
        var folder = Directory.CreateDirectory(Path.Combine(modelsFolder, name)).FullName;
        File.WriteAllBytes(Path.Combine(folder, "model.onnx"), graph);
        var complete = new Dictionary<string, object?>(manifest);
        complete.TryAdd("name", name);
        complete.TryAdd("version", "1.0.0");
        complete.TryAdd("licence", "Apache-2.0");
        complete.TryAdd("files", new Dictionary<string, object>
        {
            ["model.onnx"] = new { sha256 = Convert.ToHexStringLower(SHA256.HashData(graph)), bytes = graph.Length },
        });
        File.WriteAllText(Path.Combine(folder, "manifest.json"), JsonSerializer.Serialize(complete));
        return folder;
    }

    /// <summary>The manifest's entry of an input or output.</summary>
    public static object Tensor(string name, params int[] shape) => new { name, shape };

    /// <summary>A calibration in which one false alarm per hour means <paramref name="threshold"/>.</summary>
    public static object Calibration(double threshold) => new
    {
        data = "made up",
        fillerHours = 10,
        keywordUtterances = 100,
        points = new[]
        {
            new { threshold = threshold / 2, falseAlarmsPerHour = 10.0, frr = 0.01 },
            new { threshold, falseAlarmsPerHour = 1.0, frr = 0.05 },
            new { threshold = (1 + threshold) / 2, falseAlarmsPerHour = 0.1, frr = 0.2 },
        },
    };
}
