using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text.Json.Nodes;

namespace AVServer.TestKit;

/// <summary>
/// The shipped models that typed words are found by, with the first minutes of their stored speech. A word is measured on these in a
/// tenth of the time; what it then stands for is good enough for tests of what is done with words, not of how well they are found.
/// </summary>
public static class TypedWordModels
{
    private const string Phones = "phones-en";
    private const string Background = "background.bin";
    private const string Sounds = "background.opus";
    private const double Minutes = 6;
    private const double OutputSeconds = 0.03;

    private static readonly Lazy<(byte[] Background, byte[] Sounds)> Short = new(Shorten);

    /// <summary>Writes the short phone model, and beside it links to the models that it needs, as far as they are there.</summary>
    /// <param name="modelsFolder">Folder of all models.</param>
    public static void Write(string modelsFolder)
    {
        Directory.CreateDirectory(modelsFolder);
        foreach (var name in (string[])["cmudict", "letters-to-phones", "speech-recogniser"])
            if (Directory.Exists(Path.Combine(TestPaths.Models, name)))
                Directory.CreateSymbolicLink(Path.Combine(modelsFolder, name), Path.Combine(TestPaths.Models, name));

        var shipped = Path.Combine(TestPaths.Models, Phones);
        var folder = Directory.CreateDirectory(Path.Combine(modelsFolder, Phones)).FullName;
        var manifest = JsonNode.Parse(File.ReadAllText(Path.Combine(shipped, "manifest.json")))!;
        foreach (var (name, _) in manifest["files"]!.AsObject().ToArray())
        {
            if (name is Background or Sounds)
            {
                var bytes = name == Background ? Short.Value.Background : Short.Value.Sounds;
                File.WriteAllBytes(Path.Combine(folder, name), bytes);
                var sum = Convert.ToHexStringLower(SHA256.HashData(bytes));
                manifest["files"]![name] = new JsonObject { ["sha256"] = sum, ["bytes"] = bytes.Length };
            }
            else
            {
                // Not linked: the store would take the link's length for the file's.
                File.Copy(Path.Combine(shipped, name), Path.Combine(folder, name));
            }
        }
        File.WriteAllText(Path.Combine(folder, "manifest.json"), manifest.ToJsonString());
    }

    // Both files hold the same recordings one after the other, behind a table of their lengths.
    private static (byte[] Background, byte[] Sounds) Shorten()
    {
        var vectors = File.ReadAllBytes(Path.Combine(TestPaths.Models, Phones, Background));
        var (recordings, dim, states) = (Int32(vectors, 0), Int32(vectors, 4), Int32(vectors, 8));
        var lengthsAt = 12 + (2 * states * (dim + 1)) + (4 * dim);
        var (kept, outputs) = (0, 0);
        while (kept < recordings && outputs * OutputSeconds < Minutes * 60) outputs += Int32(vectors, lengthsAt + (4 * kept++));
        var codesAt = lengthsAt + (4 * recordings);
        byte[] background = [.. vectors[..(lengthsAt + (4 * kept))], .. vectors[codesAt..(codesAt + (outputs * dim))]];
        BinaryPrimitives.WriteInt32LittleEndian(background, kept);

        var sounds = File.ReadAllBytes(Path.Combine(TestPaths.Models, Phones, Sounds));
        int PacketsOf(int recording) => Int32(sounds, 8 + (8 * recording));
        var (all, packets) = (Enumerable.Range(0, recordings).Sum(PacketsOf), Enumerable.Range(0, kept).Sum(PacketsOf));
        var sizesAt = 4 + (8 * recordings);
        var sizes = sounds[sizesAt..(sizesAt + (2 * packets))];
        var bytes = Enumerable.Range(0, packets).Sum(packet => BinaryPrimitives.ReadUInt16LittleEndian(sizes.AsSpan(2 * packet)));
        var packetsAt = sizesAt + (2 * all);
        byte[] spoken = [.. sounds[..(4 + (8 * kept))], .. sizes, .. sounds[packetsAt..(packetsAt + bytes)]];
        BinaryPrimitives.WriteInt32LittleEndian(spoken, kept);
        return (background, spoken);
    }

    private static int Int32(byte[] bytes, int at) => BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(at));
}
