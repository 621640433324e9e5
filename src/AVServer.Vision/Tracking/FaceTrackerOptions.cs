using System.ComponentModel.DataAnnotations;

namespace AVServer.Vision;

/// <summary>How faces are followed.</summary>
public sealed class FaceTrackerOptions
{
    /// <summary>Most faces followed at once; each costs a run of the mesh per measured picture. Default 3.</summary>
    [Range(1, 16)]
    public int MaxFaces { get; set; } = 3;

    /// <summary>Least posterior of the mesh for a face to be followed. Default 0.5.</summary>
    [Range(0.01, 0.99)]
    public float MinPresence { get; set; } = 0.5f;

    /// <summary>Media time between two searches of the whole picture while nobody is seen. Default 100 ms.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:00:10")]
    public TimeSpan SearchInterval { get; set; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Media time between two searches for further faces while someone is seen. Default 500 ms.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:01:00")]
    public TimeSpan FurtherSearchInterval { get; set; } = TimeSpan.FromMilliseconds(500);

    /// <summary>How long a face that was lost keeps its id for a face at the same place. Default 1 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:01:00")]
    public TimeSpan Memory { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// While a face stands still and its lips move, the least media time from one measurement of its landmarks to the next; in pictures
    /// between them the last ones stand, and <see cref="TrackedFace.IsMeasured"/> says so. Lips that rest are measured always, to tell
    /// their tremble from movement. Default 0: every picture.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:00:01")]
    public TimeSpan SteadyInterval { get; set; }

    /// <summary>How the lips' movement is judged.</summary>
    public LipActivityOptions Lips { get; set; } = new();

    /// <summary>When a face is too poor to read its lips.</summary>
    public FaceQualityOptions Quality { get; set; } = new();
}
