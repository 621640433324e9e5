using System.Security.Cryptography;
using System.Text;

namespace AVServer.TestKit;

/// <summary>Lips that show the same phones in every picture, whatever a mouth does.</summary>
public sealed record FakeLips
{
    private const int Values = 228;
    private const float Shown = 8;

    private static readonly string[] Labels =
    [
        "AA", "AE", "AH", "AO", "AW", "AY", "B", "CH", "D", "DH", "EH", "ER", "EY", "F", "G", "HH", "IH", "IY", "JH", "K", "L", "M", "N",
        "NG", "OW", "OY", "P", "R", "S", "SH", "T", "TH", "UH", "UW", "V", "W", "Y", "Z", "ZH", "SIL",
    ];

    /// <summary>Name of model and folder.</summary>
    public string Name { get; init; } = "fake-lips";

    /// <summary>The phones that they show, between blanks; each as much as the others.</summary>
    public string Phones { get; init; } = "SIL";

    /// <summary>Writes the model's folder, and beside it links to the shipped models that find faces.</summary>
    /// <param name="modelsFolder">Folder of all models.</param>
    public void WriteWithFaceModels(string modelsFolder)
    {
        var shown = Phones.Split(' ');
        float[] logits = [.. Labels.Select(label => shown.Contains(label) ? Shown : 0)];
        var graph = new OnnxBuilder()
            .Input("mouth", -1, -1, Values)
            .Constant("nothing", [Values, Labels.Length], new float[Values * Labels.Length])
            .Constant("shown", [Labels.Length], logits)
            .Node("MatMul", "mouth nothing", "zero")
            .Node("Add", "zero shown", "logits")
            .Output("logits", -1, -1, Labels.Length)
            .Build();
        // What is shown is rare elsewhere, so that it says much.
        var priors = string.Join(',', Labels.Select(label => shown.Contains(label) ? "0.001" : "1"));
        var table = Encoding.UTF8.GetBytes($$"""{"priors":[{{priors}}]}""");
        var folder = FakeModelFolder.Write(modelsFolder, Name, graph, new Dictionary<string, object?>
        {
            ["kind"] = "lipPhones",
            ["files"] = new Dictionary<string, object> { ["model.onnx"] = Entry(graph), ["phones.json"] = Entry(table) },
            ["inputs"] = new[] { FakeModelFolder.Tensor("mouth", -1, -1, Values) },
            ["outputs"] = new[] { FakeModelFolder.Tensor("logits", -1, -1, Labels.Length) },
            ["labels"] = Labels,
        });
        File.WriteAllBytes(Path.Combine(folder, "phones.json"), table);
        foreach (var name in (string[])["face-detector", "face-mesh"])
            Directory.CreateSymbolicLink(Path.Combine(modelsFolder, name), Path.Combine(TestPaths.Models, name));
    }

    private static object Entry(byte[] bytes) => new { sha256 = Convert.ToHexStringLower(SHA256.HashData(bytes)), bytes = bytes.Length };
}
