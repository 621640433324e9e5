using System.ComponentModel.DataAnnotations;
using AVServer.Media;

namespace AVServer.Server.Storage.Clips;

/// <summary>
/// Whether the sound around wake words is kept, from the section <c>History:Clips</c>; checked before the port opens. Off unless a folder
/// is named.
/// </summary>
public sealed class ClipOptions
{
    public const string Section = "History:Clips";

    /// <summary>
    /// The folder of the clips, made where it is missing; only the server's user may read what is in it. Default: absent, no sound is kept.
    /// </summary>
    public string? Path { get; set; }

    /// <summary>Sound from before the word's start. Default 1 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:00:30")]
    public TimeSpan Before { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Sound from after the word's end. Default 1 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:00:30")]
    public TimeSpan After { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How long a clip is kept. Default 1 day.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "365.00:00:00")]
    [Limit(Beyond.Forgotten, "avserver.clips.expired")]
    public TimeSpan TimeToLive { get; set; } = TimeSpan.FromDays(1);

    /// <summary>Most bytes of clips; beyond, the oldest are deleted. Default 1 GiB.</summary>
    [Range(1L << 20, 1L << 50)]
    [Limit(Beyond.Forgotten, "avserver.clips.expired")]
    public long MaxBytes { get; set; } = 1L << 30;

    /// <summary>Clips that wait to be written; beyond, they are lost and counted. Default 64.</summary>
    [Range(1, 10_000)]
    [Limit(Beyond.Dropped, "avserver.clips.lost")]
    public int QueuedClips { get; set; } = 64;

    /// <summary>Whether any sound is kept.</summary>
    public bool IsOn => !string.IsNullOrEmpty(Path);
}
