using System.Text.Json;
using AVServer.Contracts;

namespace AVServer.Pipeline;

/// <summary>The file in which typed words outlive the server.</summary>
/// <param name="path">Where it lies; its folder is made when it is first written.</param>
internal sealed class KeywordFile(string path)
{
    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.CamelCase, WriteIndented = true };
    private readonly Lock _gate = new();

    /// <summary>The words; none where there is no file yet.</summary>
    /// <exception cref="SetupException">The file can't be read.</exception>
    public IReadOnlyList<KeywordRequest> Read()
    {
        if (!File.Exists(path)) return [];
        try
        {
            return JsonSerializer.Deserialize<List<KeywordRequest>>(File.ReadAllText(path), Json) ?? [];
        }
        catch (JsonException e)
        {
            throw new SetupException($"Expected a list of keywords in {path} (Keywords:Path), got something else: {e.Message}");
        }
    }

    /// <summary>Writes the words; the file is whole at any moment.</summary>
    public void Write(IReadOnlyList<KeywordRequest> words)
    {
        lock (_gate)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
            File.WriteAllText(path + ".part", JsonSerializer.Serialize(words, Json));
            File.Move(path + ".part", path, overwrite: true);
        }
    }
}
