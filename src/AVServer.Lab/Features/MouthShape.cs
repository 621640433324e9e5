using AVServer.Vision;
using OpenCvSharp;

namespace AVServer.Lab.Features;

/// <summary>Measures of a mouth by the face's landmarks: how it is shaped, whoever's it is.</summary>
public static class MouthShape
{
    /// <summary>Number of measures.</summary>
    public const int Count = 8;

    private const int UpperLipOuter = 0, UpperLipInner = 13, LowerLipInner = 14, LowerLipOuter = 17, InnerRight = 78, InnerLeft = 308;

    /// <summary>
    /// In distances of the outer corners of the eyes: gap of the lips, width from corner to corner, inner width, height from outer edge to outer edge, thickness
    /// of the upper and of the lower lip, distance from nose to chin, and how far the lips stand out before their corners.
    /// </summary>
    /// <param name="landmarks">All of the mesh.</param>
    public static float[] Of(ReadOnlySpan<Point3f> landmarks)
    {
        var gap = 0f;
        foreach (var (upper, lower) in FaceLandmarks.InnerLipPairs) gap += Distance(landmarks[upper], landmarks[lower]) / FaceLandmarks.InnerLipPairs.Length;
        var corners = (landmarks[FaceLandmarks.MouthRight].Z + landmarks[FaceLandmarks.MouthLeft].Z) / 2;
        var scale = 1 / Math.Max(1e-3f, Distance(landmarks[FaceLandmarks.RightEyeOuter], landmarks[FaceLandmarks.LeftEyeOuter]));
        return
        [
            scale * gap,
            scale * Distance(landmarks[FaceLandmarks.MouthRight], landmarks[FaceLandmarks.MouthLeft]),
            scale * Distance(landmarks[InnerRight], landmarks[InnerLeft]),
            scale * Distance(landmarks[UpperLipOuter], landmarks[LowerLipOuter]),
            scale * Distance(landmarks[UpperLipOuter], landmarks[UpperLipInner]),
            scale * Distance(landmarks[LowerLipInner], landmarks[LowerLipOuter]),
            scale * Distance(landmarks[FaceLandmarks.NoseTip], landmarks[FaceLandmarks.Chin]),
            scale * (corners - ((landmarks[UpperLipOuter].Z + landmarks[LowerLipOuter].Z) / 2)),
        ];
    }

    private static float Distance(in Point3f a, in Point3f b) => MathF.Sqrt(((a.X - b.X) * (a.X - b.X)) + ((a.Y - b.Y) * (a.Y - b.Y)));
}
