using System.Text.Json;

namespace AVServer.Runtime;

/// <summary>The models of a folder, one a subfolder, each checked against its manifest before anything runs.</summary>
/// <remarks>Immutable after <see cref="Open"/>; safe to share.</remarks>
public sealed class ModelStore
{
    private readonly SortedDictionary<string, StoredModel> _models;

    private ModelStore(SortedDictionary<string, StoredModel> models, IReadOnlyList<string> foreign)
    {
        _models = models;
        Names = [.. models.Keys];
        ForeignFolders = foreign;
    }

    /// <summary>Names of all models, sorted.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>Subfolders without a manifest, which are no models and were left alone.</summary>
    public IReadOnlyList<string> ForeignFolders { get; }

    /// <summary>All models, sorted by name.</summary>
    public IReadOnlyCollection<StoredModel> Models => _models.Values;

    /// <summary>Reads every subfolder of <paramref name="folder"/>, checks manifests, hashes and graphs.</summary>
    /// <exception cref="ModelStoreException">Something is wrong with the folder or with a model; lists every problem of every
    /// model.</exception>
    public static ModelStore Open(string folder)
    {
        if (!Directory.Exists(folder))
            throw new ModelStoreException(
                new ModelProblem(
                    ModelProblemCode.ModelsFolderMissing, folder, "a folder of models", "no such folder",
                    "Set ModelsPath to the folder that holds the models."));

        var problems = new List<ModelProblem>();
        var models = new SortedDictionary<string, StoredModel>(StringComparer.Ordinal);
        var folders = Directory.GetDirectories(folder).Order(StringComparer.Ordinal)
            .ToLookup(path => File.Exists(Path.Combine(path, ModelManifest.FileName)));
        foreach (var path in folders[true])
            if (Load(Path.GetFullPath(path), problems) is { } model) models.Add(model.Manifest.Name, model);
        foreach (var model in models.Values) CheckReferences(model.Manifest, models, problems);
        if (problems.Count > 0) throw new ModelStoreException(problems);
        return new ModelStore(models, [.. folders[false].Select(path => Path.GetFileName(path))]);
    }

    /// <summary>The model of a name.</summary>
    /// <exception cref="UnknownModelException">There is none; says which there are.</exception>
    public StoredModel Get(string name) => _models.TryGetValue(name, out var model) ? model : throw new UnknownModelException(name, Names);

    /// <summary>All models of a kind, sorted by name.</summary>
    public IEnumerable<StoredModel> OfKind(ModelKind kind) => _models.Values.Where(model => model.Manifest.Kind == kind);

    private static StoredModel? Load(string folder, List<ModelProblem> problems)
    {
        var name = Path.GetFileName(folder);
        if (ReadManifest(folder, name, problems) is not { } manifest) return null;

        var before = problems.Count;
        problems.AddRange(manifest.Validate().Select(error =>
            new ModelProblem(
                ModelProblemCode.ManifestInvalid, name, "a sound manifest", error, "Correct manifest.json, or export the model again.")));
        if (manifest.Name != name)
            problems.Add(
                new ModelProblem(
                    ModelProblemCode.ManifestInvalid, name, "the folder's name as the model's", $"'{manifest.Name}'",
                    "Rename the folder or the model."));
        if (problems.Count > before) return null; // names of files are not to be trusted yet

        foreach (var (file, expected) in manifest.Files)
        {
            // Only a graph is looked into; of large tables the hash is enough.
            var isGraph = file.EndsWith(".onnx", StringComparison.Ordinal);
            byte[] bytes = [];
            var problem = isGraph ? StoredModel.Read(folder, file, expected, name, out bytes)
                : StoredModel.Check(folder, file, expected, name);
            if (problem is null && isGraph) problem = GraphCheck.Find(name, file, bytes);
            if (problem is not null) problems.Add(problem);
        }
        return new StoredModel(manifest, folder);
    }

    private static ModelManifest? ReadManifest(string folder, string name, List<ModelProblem> problems)
    {
        var path = Path.Combine(folder, ModelManifest.FileName);
        try
        {
            return ModelManifest.Parse(File.ReadAllText(path));
        }
        catch (JsonException e)
        {
            problems.Add(
                new ModelProblem(
                    ModelProblemCode.ManifestUnreadable, name, $"a manifest of format {ModelManifest.CurrentFormat}", e.Message,
                    "Correct manifest.json, or export the model again."));
            return null;
        }
    }

    private static void CheckReferences(ModelManifest manifest, SortedDictionary<string, StoredModel> models, List<ModelProblem> problems)
    {
        if (manifest.Embedding is { } embedding) Find(embedding, ModelKind.SpeechEmbedding);
        if (manifest.Emotion?.Encoder is { } encoder) Find(encoder, ModelKind.SpeechEncoder);
        if (manifest.Emotion?.WordVectors is { } vectors) Find(vectors, ModelKind.WordVectors);
        if (manifest.Emotion?.WordVotes is { } votes) Find(votes, ModelKind.WordVectors);
        if (manifest.FirstStage is not { } firstStage || Find(firstStage.Name, ModelKind.KeywordSpotter) is not { } spotter) return;
        foreach (var keyword in manifest.Labels.Except(spotter.Labels))
            Add($"a first stage that knows '{keyword}'", $"'{spotter.Name}', which knows {string.Join(", ", spotter.Labels)}");

        ModelManifest? Find(string name, ModelKind kind)
        {
            var found = models.GetValueOrDefault(name)?.Manifest;
            if (found?.Kind == kind) return found;
            Add($"the {kind} '{name}' beside it", found is null ? "none" : $"a {found.Kind}");
            return null;
        }

        void Add(string expected, string got) =>
            problems.Add(
                new ModelProblem(
                    ModelProblemCode.ReferenceMissing, manifest.Name, expected, got, "Add that model's folder, or remove this one."));
    }
}
