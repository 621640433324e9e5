namespace OpenCvSharp;

/// <summary>Axis of <see cref="Cv2.Flip"/>; values are OpenCV's.</summary>
public enum FlipMode
{
    /// <summary>Around the x axis: upside down.</summary>
    X = 0,

    /// <summary>Around the y axis: left and right change places.</summary>
    Y = 1,

    /// <summary>Around both.</summary>
    XY = -1,
}
