using System.ComponentModel.DataAnnotations;

namespace AVServer.Vision;

/// <summary>When a face is too poor to read its lips.</summary>
public sealed class FaceQualityOptions
{
    /// <summary>Least width of the lip ROI in pixels. Default 28: less than half of what the small preset takes.</summary>
    [Range(1, 1000)]
    public float MinLipRoiWidth { get; set; } = 28;

    /// <summary>Largest turn to the side, up or down, and largest tilt towards a shoulder, in degrees. Default 40.</summary>
    [Range(1, 90)]
    public float MaxTurnDegrees { get; set; } = 40;

    /// <summary>Least mean luma of the face, 0 to 255. Default 35.</summary>
    [Range(0, 255)]
    public float MinLuma { get; set; } = 35;
}
