namespace OpenCvSharp;

/// <summary>Turn of <see cref="Cv2.Rotate"/>; values are OpenCV's.</summary>
public enum RotateFlags
{
    Rotate90Clockwise = 0,
    Rotate180 = 1,
    Rotate90Counterclockwise = 2,
}
