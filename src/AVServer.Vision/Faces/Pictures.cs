using OpenCvSharp;

namespace AVServer.Vision;

/// <summary>What every reader of pictures asks of them.</summary>
internal static class Pictures
{
    /// <exception cref="ArgumentException">The picture is empty or not BGR.</exception>
    public static void RequireBgr(Mat frame)
    {
        if (frame.Empty()) throw new ArgumentException("Expected a picture, got an empty one.", nameof(frame));
        if (frame.Type() != MatType.CV_8UC3)
            throw new ArgumentException(
                $"Expected BGR with 8 bits a channel (type {MatType.CV_8UC3.Value}), got type {frame.Type().Value}; convert it first.",
                nameof(frame));
    }
}
