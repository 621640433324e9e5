using OpenCvSharp;

namespace AVServer.Vision;

/// <summary>Measures of the mouth that don't change with the face's place, size or turn in the picture.</summary>
public static class LipShape
{
    /// <summary>Mean gap between the inner edges of the lips ÷ distance of the mouth's corners: about 0 when shut, 0.5 and more when wide open.</summary>
    /// <param name="landmarks">All of the mesh.</param>
    public static float Opening(ReadOnlySpan<Point3f> landmarks)
    {
        var gap = 0f;
        foreach (var (upper, lower) in FaceLandmarks.InnerLipPairs) gap += Distance(landmarks[upper], landmarks[lower]);
        var width = Distance(landmarks[FaceLandmarks.MouthRight], landmarks[FaceLandmarks.MouthLeft]);
        return width > 0 ? gap / FaceLandmarks.InnerLipPairs.Length / width : 0;
    }

    private static float Distance(in Point3f a, in Point3f b) => MathF.Sqrt(((a.X - b.X) * (a.X - b.X)) + ((a.Y - b.Y) * (a.Y - b.Y)));
}
