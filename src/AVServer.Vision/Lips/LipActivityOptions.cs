using System.ComponentModel.DataAnnotations;

namespace AVServer.Vision;

/// <summary>When lips count as moving.</summary>
public sealed class LipActivityOptions
{
    /// <summary>How far back movement is looked for. Default 400 ms, about two syllables.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:00:01")]
    public TimeSpan Window { get; set; } = TimeSpan.FromMilliseconds(400);

    /// <summary>Spread of the opening from which lips move. Default 0.03.</summary>
    [Range(0.001, 1)]
    public float StartLevel { get; set; } = 0.03f;

    /// <summary>Spread below which they are still again. Default 0.018.</summary>
    [Range(0.001, 1)]
    public float StopLevel { get; set; } = 0.018f;
}
