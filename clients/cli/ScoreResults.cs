using System.Text.Json;
using AVServer.Contracts;

namespace AVServer.Cli;

/// <summary>
/// Where the lines go: standard output, or a file that a later run goes on with. Each line is on disk before the next file is counted as
/// done, so that a run that is broken off loses what it was at and nothing else.
/// </summary>
internal sealed class ScoreResults : IDisposable
{
    private readonly TextWriter _output;
    private readonly bool _owned;

    private ScoreResults(TextWriter output, bool owned, IReadOnlyList<ScoreLine> before) =>
        (_output, _owned, Before) = (output, owned, before);

    /// <summary>Lines of the run before that are kept: those of files that were scored.</summary>
    public IReadOnlyList<ScoreLine> Before { get; }

    /// <summary>Opens the output.</summary>
    /// <param name="path">The file; null for <paramref name="standard"/>.</param>
    /// <param name="resume">Whether to go on with a file that is there.</param>
    /// <param name="standard">Standard output; not owned.</param>
    /// <exception cref="IOException">The file is there and is not to be gone on with, or it is none of this command's.</exception>
    public static ScoreResults Open(string? path, bool resume, TextWriter standard)
    {
        if (path is null) return new ScoreResults(standard, owned: false, []);
        if (File.Exists(path) && !resume)
            throw new IOException($"Expected no file at '{path}', found one; add --resume to go on with it, or name another.");
        ScoreLine[] before = File.Exists(path) ? [.. ReadScored(path)] : [];
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        // Errors are tried again, and a line that was broken off is not carried along.
        var fresh = $"{path}.part";
        using (var kept = File.CreateText(fresh))
            foreach (var line in before) Output.Write(kept, line.Value);
        File.Move(fresh, path, overwrite: true);
        return new ScoreResults(new StreamWriter(path, append: true), owned: true, before);
    }

    public void Write(ScoreLine line)
    {
        Output.Write(_output, line.Value);
        _output.Flush();
    }

    public void Dispose()
    {
        if (_owned) _output.Dispose();
    }

    private static IEnumerable<ScoreLine> ReadScored(string path)
    {
        var lines = File.ReadAllLines(path);
        for (var i = 0; i < lines.Length; i++)
        {
            if (lines[i].Length == 0 || Read(path, lines[i], isLast: i == lines.Length - 1) is not { } report) continue;
            yield return new ScoreLine(report, null);
        }
    }

    private static ScoreReport? Read(string path, string line, bool isLast)
    {
        try
        {
            var value = JsonSerializer.Deserialize<JsonElement>(line);
            if (value.TryGetProperty("error", out _)) return null;
            if (value.TryGetProperty("durationSeconds", out _)) return value.Deserialize<ScoreReport>(ContractsJson.Options);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            if (isLast) return null;
        }
        throw new IOException($"Expected lines of av score in '{path}', found others; name another file, or take them out.");
    }
}
