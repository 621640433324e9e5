using System.Text;
using System.Text.Json;
using AVServer.Contracts;
using AVServer.Runtime;
using AVServer.Speech;
using AVServer.TestKit;

namespace AVServer.Fuzz.Tests;

/// <summary>What reads texts and the files of models.</summary>
internal static class TextParsers
{
    private static readonly Lazy<Pronouncer> Pronouncer = new(() => Speech.Pronouncer.Load(
        Path.Combine(TestPaths.Models, "cmudict", "cmudict.txt"), Path.Combine(TestPaths.Models, "letters-to-phones", "model.bin")));

    public static IReadOnlyList<Parser> All { get; } =
    [
        new("cursor", ReadCursor, Parser.Text("0198c1f2a3b47d51:17", "0:0", "history:9223372036854775807"), Parser.Text(":", "0"),
            typeof(FormatException)),
        new("cursor in JSON", input => JsonSerializer.Deserialize<EventFilter>(input, ContractsJson.Options),
            Parser.Text("""{"streamId":"kitchen","types":["wakeWord"],"after":"0198c1f2a3b47d51:17"}"""), Parser.Text("after", "0:0"),
            typeof(JsonException)),
        new("manifest of a model", ReadManifest,
            [.. ((string[])["computer-verifier", "emotion", "phones-en", "please-av", "cmudict"]).Select(name =>
                File.ReadAllBytes(Path.Combine(TestPaths.Models, name, "manifest.json")))],
            Parser.Text("null", "NaN", "-1", "\"shape\": []", "\"points\": []", "\"files\": {}", "\"labels\": []"), typeof(JsonException)),
        new("graph of a model", input => GraphCheck.Find("model", "model.onnx", input),
            [new OnnxBuilder().Input("x", 1, 4).Output("y", 1, 4).Constant("w", [4], 1f, 2f, 3f, 4f).Node("Add", "x w", "y").Build()],
            Parser.Text("model.onnx", "../x"), []),
        new("text of a keyword", input => Pronouncer.Value.Pronounce(Encoding.UTF8.GetString(input)),
            Parser.Text("hey marvin", "computer=K AH M P Y UW T ER", "R2-D2", "1984", "A.I. & J.A.R.V.I.S.", "l'été 21st", "1,234.5"),
            Parser.Text("HH", "AH", "| ", ", ", "21st", "A.", "'", "-", "٣", "½"),
                typeof(PronunciationException)) { BytesAtMost = 64 << 20 },
        new("phones of a keyword", ReadPhones, Parser.Text("HH EY | M AA R V IH N, HH EY | M AA V IH N", "K AH0 M P Y UW1 T ER"),
            Parser.Text("HH", "AH", "|", ",", " "), typeof(PronunciationException)),
    ];

    private static void ReadCursor(byte[] input)
    {
        var text = Encoding.UTF8.GetString(input);
        var cursor = EventCursor.Parse(text);
        if (cursor.ToString() != text) throw new InvalidOperationException("A cursor is written as another.");
    }

    private static void ReadManifest(byte[] input)
    {
        var manifest = ModelManifest.Parse(Encoding.UTF8.GetString(input));
        if (manifest.Validate().Count > 0) return;
        foreach (var table in manifest.Calibration.Values) table.ThresholdFor(0.5);
    }

    private static void ReadPhones(byte[] input) => Speech.Pronouncer.FromPhones("two words", Encoding.UTF8.GetString(input));
}
