using System.ComponentModel.DataAnnotations;

namespace AVServer.Vision;

/// <summary>When lips count as moving.</summary>
public sealed class LipActivityOptions
{
    /// <summary>How far back movement is looked for. Default 600 ms, about three syllables.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:00:02")]
    public TimeSpan Window { get; set; } = TimeSpan.FromMilliseconds(600);

    /// <summary>
    /// Level from which lips move. Default 0.1: of pictures of a photograph moved and with grain 1 in 100 lies above, of pictures of speech
    /// (GRID) 19 in 20.
    /// </summary>
    [Range(0.001, 1)]
    public float StartLevel { get; set; } = 0.1f;

    /// <summary>Level below which they are still again. Default 0.07.</summary>
    [Range(0.001, 1)]
    public float StopLevel { get; set; } = 0.07f;
}
