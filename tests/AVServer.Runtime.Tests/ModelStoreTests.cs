using System.Text.Json.Nodes;
using AVServer.TestKit;

namespace AVServer.Runtime.Tests;

[Trait("Category", "unit")]
public sealed class ModelStoreTests : IDisposable
{
    private readonly TemporaryFolder _models = new();

    public void Dispose() => _models.Dispose();

    [Fact]
    public void Store_with_sound_models_knows_them_by_name_and_kind()
    {
        new FakeSpotter { Name = "b" }.Write(_models.Path);
        new FakeSpotter { Name = "a" }.Write(_models.Path);

        var store = ModelStore.Open(_models.Path);

        Assert.Equal(["a", "b"], store.Names);
        Assert.Equal(["a", "b"], store.OfKind(ModelKind.KeywordSpotter).Select(model => model.Manifest.Name));
        Assert.Equal(0.5, store.Get("a").ThresholdFor("computer").Threshold, 1e-9);
    }

    [Fact]
    public void Unknown_name_is_refused_with_the_known_ones()
    {
        new FakeSpotter { Name = "a" }.Write(_models.Path);

        var e = Assert.Throws<UnknownModelException>(() => ModelStore.Open(_models.Path).Get("c"));

        Assert.Equal(["a"], e.KnownNames);
        Assert.Contains("'c'", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Foreign_folder_is_left_alone_and_named()
    {
        new FakeSpotter { Name = "b" }.Write(_models.Path);
        Directory.CreateDirectory(Path.Combine(_models.Path, "a notebook"));
        Directory.CreateDirectory(Path.Combine(_models.Path, "c"));
        File.WriteAllText(Path.Combine(_models.Path, "c", "model.onnx"), "no model");

        var store = ModelStore.Open(_models.Path);

        Assert.Equal(["b"], store.Names);
        Assert.Equal(["a notebook", "c"], store.ForeignFolders);
    }

    [Fact]
    public void Folder_that_is_not_there_is_refused() =>
        Assert.Equal([ModelProblemCode.ModelsFolderMissing], Problems(Path.Combine(_models.Path, "absent")));

    [Fact]
    public void One_changed_byte_is_found_before_and_after_opening()
    {
        var graph = Path.Combine(new FakeSpotter { Name = "a" }.Write(_models.Path), "model.onnx");
        var store = ModelStore.Open(_models.Path);
        Flip(graph);

        Assert.Equal([ModelProblemCode.FileTampered], Problems(_models.Path));
        var e = Assert.Throws<ModelStoreException>(() => StreamingModel.Load(store.Get("a")));
        Assert.Equal(ModelProblemCode.FileTampered, Assert.Single(e.Problems).Code);
        Assert.Contains("restore it", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void File_cut_off_is_found_without_reading_it()
    {
        var graph = Path.Combine(new FakeSpotter { Name = "a" }.Write(_models.Path), "model.onnx");
        File.WriteAllBytes(graph, File.ReadAllBytes(graph)[..100]);

        var e = Assert.Throws<ModelStoreException>(() => ModelStore.Open(_models.Path));

        Assert.Contains("100 bytes", Assert.Single(e.Problems).Got, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_problem_of_every_model_is_reported_at_once()
    {
        Flip(Path.Combine(new FakeSpotter { Name = "a" }.Write(_models.Path), "model.onnx"));
        Edit(new FakeSpotter { Name = "b" }.Write(_models.Path), manifest =>
        {
            manifest["version"] = "";
            manifest["streaming"]!["stride"] = 3;
        });
        File.WriteAllText(Path.Combine(new FakeSpotter { Name = "d" }.Write(_models.Path), "manifest.json"), "{ no JSON");
        File.Delete(Path.Combine(new FakeSpotter { Name = "e" }.Write(_models.Path), "model.onnx"));

        Assert.Equal(
            [
                ModelProblemCode.FileTampered, ModelProblemCode.ManifestInvalid, ModelProblemCode.ManifestInvalid,
                ModelProblemCode.ManifestUnreadable, ModelProblemCode.FileMissing,
            ],
            Problems(_models.Path));
    }

    [Theory]
    [InlineData("../outside.onnx")]
    [InlineData("/etc/hostname")]
    [InlineData("..")]
    [InlineData("sub\\file")]
    public void File_names_that_leave_the_folder_are_refused(string name)
    {
        Edit(new FakeSpotter { Name = "a" }.Write(_models.Path), manifest =>
            manifest["files"]![name] = manifest["files"]!["model.onnx"]!.DeepClone());

        var e = Assert.Throws<ModelStoreException>(() => ModelStore.Open(_models.Path));

        Assert.Contains("expected plain names", Assert.Single(e.Problems).Got, StringComparison.Ordinal);
    }

    [Fact]
    public void Member_that_this_version_does_not_know_is_refused()
    {
        Edit(new FakeSpotter { Name = "a" }.Write(_models.Path), manifest => manifest["quantisation"] = "int4");

        Assert.Equal([ModelProblemCode.ManifestUnreadable], Problems(_models.Path));
    }

    [Fact]
    public void Folder_of_another_name_than_the_model_is_refused()
    {
        Directory.Move(new FakeSpotter { Name = "a" }.Write(_models.Path), Path.Combine(_models.Path, "b"));

        Assert.Equal([ModelProblemCode.ManifestInvalid], Problems(_models.Path));
    }

    [Fact]
    public void Weights_in_another_file_are_refused() =>
        Assert.Equal(ModelProblemCode.ExternalData, GraphProblem(new OnnxBuilder().ExternalConstant("weights", "/etc/passwd", 4)));

    [Fact]
    public void Operators_of_a_foreign_domain_are_refused() =>
        Assert.Equal(
            ModelProblemCode.CustomOperators, GraphProblem(new OnnxBuilder().Input("x", 1).Node("Run", "x", "y", domain: "evil.example")));

    [Theory]
    [InlineData(new byte[] { 0xFF, 0xFF, 0xFF })]
    [InlineData(new byte[] { 0x3A, 0x7F, 0x01 })]
    [InlineData(new byte[] { 0x08, 0x08 })]
    [InlineData(new byte[] { 0x3A, 0x02, 0x08, 0x80 })]
    [InlineData(new byte[] { 0x42, 0x03, 0x0A, 0x01, 0xFF, 0x3A, 0x00 })]
    public void Bytes_that_are_no_graph_are_refused(byte[] bytes)
    {
        FakeModelFolder.Write(_models.Path, "a", bytes, Manifest(new FakeSpotter()));

        Assert.Equal([ModelProblemCode.GraphUnreadable], Problems(_models.Path));
    }

    [Fact]
    public void Graph_with_other_inputs_than_stated_is_refused_when_loaded()
    {
        Edit(new FakeSpotter { Name = "a" }.Write(_models.Path), manifest =>
        {
            manifest["inputs"]![0]!["name"] = "fbank";
            manifest["outputs"]![0]!["shape"] = new JsonArray(-1, 2, 7);
        });

        var e = Assert.Throws<ModelStoreException>(() => StreamingModel.Load(ModelStore.Open(_models.Path).Get("a")));

        Assert.All(e.Problems, problem => Assert.Equal(ModelProblemCode.SignatureMismatch, problem.Code));
        Assert.Equal(3, e.Problems.Count); // fbank isn't there, posteriors has another shape, features is one too many
    }

    [Fact]
    public void Verifier_without_the_models_that_it_stands_on_is_refused()
    {
        new FakeVerifier().Write(_models.Path);

        Assert.Equal([ModelProblemCode.ReferenceMissing, ModelProblemCode.ReferenceMissing], Problems(_models.Path));
    }

    [Fact]
    public void Verifier_of_a_word_that_its_first_stage_does_not_know_is_refused()
    {
        new FakeSpotter { Keywords = ["stop"] }.Write(_models.Path);
        new FakeVerifier { Keyword = "computer" }.Write(_models.Path);
        Directory.CreateSymbolicLink(Path.Combine(_models.Path, "speech-embedding"), Path.Combine(TestPaths.Models, "speech-embedding"));

        var e = Assert.Throws<ModelStoreException>(() => ModelStore.Open(_models.Path));

        Assert.Contains("knows stop", Assert.Single(e.Problems).Got, StringComparison.Ordinal);
    }

    [Fact]
    public void Keyword_without_calibration_has_no_threshold()
    {
        Edit(new FakeSpotter { Name = "a" }.Write(_models.Path), manifest => manifest.Remove("calibration"));

        var e = Assert.Throws<ModelStoreException>(() => ModelStore.Open(_models.Path).Get("a").ThresholdFor("computer"));

        Assert.Equal(ModelProblemCode.NotCalibrated, Assert.Single(e.Problems).Code);
    }

    private static Dictionary<string, object?> Manifest(FakeSpotter spotter)
    {
        using var folder = new TemporaryFolder();
        var json = JsonNode.Parse(File.ReadAllText(Path.Combine(spotter.Write(folder.Path), "manifest.json")))!.AsObject();
        return json.Where(member => member.Key is not ("name" or "files"))
            .ToDictionary(member => member.Key, member => (object?)member.Value);
    }

    private static IReadOnlyList<ModelProblemCode> Problems(string folder) =>
        [.. Assert.Throws<ModelStoreException>(() => ModelStore.Open(folder)).Problems.Select(problem => problem.Code)];

    private static void Edit(string folder, Action<JsonObject> edit)
    {
        var path = Path.Combine(folder, "manifest.json");
        var manifest = JsonNode.Parse(File.ReadAllText(path))!.AsObject();
        edit(manifest);
        File.WriteAllText(path, manifest.ToJsonString());
    }

    private static void Flip(string path)
    {
        var bytes = File.ReadAllBytes(path);
        bytes[^1] ^= 1;
        File.WriteAllBytes(path, bytes);
    }

    private ModelProblemCode GraphProblem(OnnxBuilder graph)
    {
        FakeModelFolder.Write(_models.Path, "a", graph.Build(), Manifest(new FakeSpotter()));
        return Assert.Single(Problems(_models.Path));
    }
}
