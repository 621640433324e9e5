using System.Text.Json;
using System.Text.Json.Serialization;
using AVServer.Contracts;

namespace AVServer.Server.Storage.Backup;

/// <summary>
/// One line of a backup, which is JSON lines in gzip: <c>begin</c>, then words, events and clips, then <c>end</c>, which tells how many
/// there were. One member of a line is set.
/// </summary>
internal sealed record BackupLine
{
    /// <summary>The form that this server writes and reads.</summary>
    public const int Version = 1;

    /// <summary>First line: the form, and when it was made.</summary>
    public BackupBegin? Begin { get; init; }

    /// <summary>A word, as <see cref="Pipeline.IKeywordRegistry.Export"/> gives it.</summary>
    public BackupWord? Word { get; init; }

    /// <summary>An event of the history with its place, as on the wire; in the order in which they were kept.</summary>
    public StreamEvent? Event { get; init; }

    /// <summary>A clip.</summary>
    public BackupClip? Clip { get; init; }

    /// <summary>Last line.</summary>
    public BackupSummary? End { get; init; }

    /// <summary>How lines are written and read.</summary>
    public static JsonSerializerOptions Json { get; } =
        new(ContractsJson.Options) { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };
}

/// <param name="Version">See <see cref="BackupLine.Version"/>.</param>
/// <param name="MadeAt">When.</param>
internal sealed record BackupBegin(int Version, DateTimeOffset MadeAt);

/// <param name="Text">Its text, as its user gave it.</param>
/// <param name="Measured">All that is known of it.</param>
internal sealed record BackupWord(string Text, string Measured);

/// <param name="StreamId">Whose.</param>
/// <param name="Name">The file's.</param>
/// <param name="Wav">The file.</param>
internal sealed record BackupClip(string StreamId, string Name, byte[] Wav);
