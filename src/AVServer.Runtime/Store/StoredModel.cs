using System.Security.Cryptography;

namespace AVServer.Runtime;

/// <summary>A model folder whose manifest and files were checked.</summary>
public sealed class StoredModel
{
    internal StoredModel(ModelManifest manifest, string folder)
    {
        Manifest = manifest;
        Folder = folder;
    }

    /// <summary>What the model is.</summary>
    public ModelManifest Manifest { get; }

    /// <summary>Full path of its folder.</summary>
    public string Folder { get; }

    /// <summary>Reads a file of the model and checks it again, so that what runs is what was checked.</summary>
    /// <param name="name">One of the manifest's files.</param>
    /// <exception cref="ModelStoreException">The file is gone or was changed since the store was opened.</exception>
    public byte[] ReadFile(string name)
    {
        if (!Manifest.Files.TryGetValue(name, out var expected))
            throw new ArgumentException($"Expected one of {string.Join(", ", Manifest.Files.Keys)}, got '{name}'.", nameof(name));
        var problem = Read(Folder, name, expected, Manifest.Name, out var bytes);
        return problem is null ? bytes : throw new ModelStoreException(problem);
    }

    /// <summary>Chooses a keyword's threshold from the calibration.</summary>
    /// <param name="keyword">One of the labels.</param>
    /// <param name="falseAlarmsPerHour">Target, or null for the operating point that the model is shipped at.</param>
    /// <exception cref="ModelStoreException">The model has no calibration for the keyword, or no target is known.</exception>
    public ThresholdChoice ThresholdFor(string keyword, double? falseAlarmsPerHour = null) =>
        ThresholdFor(Manifest.Calibration, keyword, falseAlarmsPerHour);

    /// <summary>Chooses an audio-visual spotter's threshold for one modality from its calibration.</summary>
    /// <param name="modality">One of <see cref="AudioVisualSpec.Modalities"/>.</param>
    /// <param name="falseAlarmsPerHour">Target, or null for the operating point that the model is shipped at.</param>
    /// <exception cref="ModelStoreException">The model has no calibration for the modality, or no target is known.</exception>
    public ThresholdChoice ModalityThresholdFor(string modality, double? falseAlarmsPerHour = null) =>
        ThresholdFor(Manifest.AudioVisual?.Calibration ?? new Dictionary<string, CalibrationTable>(), modality, falseAlarmsPerHour);

    /// <summary>Compares a file with its entry without keeping its bytes.</summary>
    /// <returns>What is wrong with it, or null.</returns>
    internal static ModelProblem? Check(string folder, string name, ModelFile expected, string model)
    {
        if (Measure(folder, name, expected, model) is { } problem) return problem;
        using var stream = File.OpenRead(Path.Combine(folder, name));
        return Compare(SHA256.HashData(stream), name, expected, model);
    }

    internal static ModelProblem? Read(string folder, string name, ModelFile expected, string model, out byte[] bytes)
    {
        bytes = [];
        if (Measure(folder, name, expected, model) is { } problem) return problem;
        bytes = File.ReadAllBytes(Path.Combine(folder, name));
        return Compare(SHA256.HashData(bytes), name, expected, model);
    }

    // Length first: a file of the wrong size is not worth reading, however large.
    private static ModelProblem? Measure(string folder, string name, ModelFile expected, string model)
    {
        var file = new FileInfo(Path.Combine(folder, name));
        if (!file.Exists)
            return new ModelProblem(
                ModelProblemCode.FileMissing, model, $"the file {name}", "none", "Run scripts/setup.sh, or restore the model's folder.");
        return file.Length == expected.Bytes ? null : Tampered(model, name, $"{expected.Bytes} bytes", $"{file.Length} bytes");
    }

    private static ModelProblem? Compare(byte[] hash, string name, ModelFile expected, string model)
    {
        var got = Convert.ToHexStringLower(hash);
        return got == expected.Sha256 ? null : Tampered(model, name, $"sha256 {expected.Sha256}", $"sha256 {got}");
    }

    private static ModelProblem Tampered(string model, string name, string expected, string got) =>
        new(
            ModelProblemCode.FileTampered, model, $"{name} with {expected}", got,
            "The file was changed or cut off: restore it, or export the model again.");

    private ThresholdChoice ThresholdFor(IReadOnlyDictionary<string, CalibrationTable> tables, string key, double? falseAlarmsPerHour)
    {
        var target = falseAlarmsPerHour ?? Manifest.OperatingPoint?.FalseAlarmsPerHour;
        if (target is { } rate && tables.TryGetValue(key, out var table)) return table.ThresholdFor(rate);
        throw new ModelStoreException(new ModelProblem(
            ModelProblemCode.NotCalibrated,
            Manifest.Name,
            $"a calibration table for '{key}' and an operating point",
            tables.Count == 0 ? "no table" : $"tables for {string.Join(", ", tables.Keys)}",
            $"Calibrate the model, or set the threshold of '{key}' in the configuration."));
    }
}
