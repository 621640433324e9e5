using System.Text.Json;
using System.Text.Json.Serialization;
using AVServer.Contracts;

namespace AVServer.Pipeline;

/// <summary>The file in which typed words outlive the server.</summary>
/// <param name="path">Where it lies; its folder is made when it is first written.</param>
internal sealed class KeywordFile(string path)
{
    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        WriteIndented = true,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    private readonly Lock _gate = new();

    /// <summary>The words; none where there is no file yet.</summary>
    /// <exception cref="SetupException">The file can't be read.</exception>
    public IReadOnlyList<StoredKeyword> Read()
    {
        if (!File.Exists(path)) return [];
        try
        {
            return JsonSerializer.Deserialize<List<StoredKeyword>>(File.ReadAllText(path), Json) ?? [];
        }
        catch (JsonException e)
        {
            throw new SetupException($"Expected a list of keywords in {path} (Keywords:Path), got something else: {e.Message}");
        }
    }

    /// <summary>Writes the words; the file is whole at any moment.</summary>
    public void Write(IReadOnlyList<StoredKeyword> words)
    {
        lock (_gate)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
            var part = $"{path}.{Guid.NewGuid():n}.part";   // of this server alone, where several keep theirs in one folder
            File.WriteAllText(part, JsonSerializer.Serialize(words, Json));
            File.Move(part, path, overwrite: true);
        }
    }
}

/// <summary>A typed word as its file holds it.</summary>
/// <param name="Text">See <see cref="KeywordRequest"/>.</param>
/// <param name="FalseAlarmsPerHour">Target.</param>
/// <param name="RefractorySeconds">Time without another.</param>
/// <param name="Streams">Those that it is for; null: all.</param>
/// <param name="Enrolment">What was learnt from recordings of it.</param>
internal sealed record StoredKeyword(
    string Text,
    double FalseAlarmsPerHour = 0.5,
    double RefractorySeconds = 1,
    IReadOnlyList<string>? Streams = null,
    Enrolment? Enrolment = null)
{
    /// <summary>A word for the file.</summary>
    public static StoredKeyword Of(TypedWord word) => new(
        word.Request.Text, word.Request.FalseAlarmsPerHour, word.Request.RefractorySeconds, word.Request.Streams, word.Enrolment);

    /// <summary>What was asked for.</summary>
    public KeywordRequest ToRequest() => new(Text, FalseAlarmsPerHour, RefractorySeconds, Streams);
}
