using OpenCvSharp;

namespace AVServer.Vision;

/// <summary>Measures of the mouth that don't change with the face's place, size or turn in the picture.</summary>
public static class LipShape
{
    /// <summary>Number of values that <see cref="Measure"/> gives.</summary>
    public const int Measures = 20;

    /// <summary>
    /// Mean gap between the inner edges of the lips ÷ distance of the mouth's corners: about 0 when shut, 0.5 and more when wide open.
    /// </summary>
    /// <param name="landmarks">All of the mesh.</param>
    public static float Opening(ReadOnlySpan<Point3f> landmarks)
    {
        var gap = 0f;
        foreach (var (upper, lower) in FaceLandmarks.InnerLipPairs) gap += Distance(landmarks[upper], landmarks[lower]);
        var width = Distance(landmarks[FaceLandmarks.MouthRight], landmarks[FaceLandmarks.MouthLeft]);
        return width > 0 ? gap / FaceLandmarks.InnerLipPairs.Length / width : 0;
    }

    /// <summary>
    /// Measures how the mouth is shaped and where in the face it is: what a model can read on lips that look like none it has seen.
    /// </summary>
    /// <remarks>
    /// All are in distances of the outer corners of the eyes, and heights along the line that stands on these corners' line, so that a
    /// tilted head changes nothing: the lips' gap in the middle, beside it and near the corners; outer and inner width; thickness of the
    /// upper and the lower lip in the middle and beside it; height from outer edge to outer edge; below the nose: chin, upper lip, lower
    /// lip, corners, the fold of the chin; from the lower lip to the chin; and towards the camera: upper and lower lip before the corners,
    /// both before the nose's base. Ours; the paper reads pixels only.
    /// </remarks>
    /// <param name="landmarks">All of the mesh.</param>
    /// <param name="measures">Receives <see cref="Measures"/> values.</param>
    public static void Measure(ReadOnlySpan<Point3f> landmarks, Span<float> measures)
    {
        var (right, left) = (landmarks[FaceLandmarks.RightEyeOuter], landmarks[FaceLandmarks.LeftEyeOuter]);
        var eyes = Math.Max(1e-3f, Distance(right, left));
        var (across, down) = ((left.X - right.X) / eyes, (left.Y - right.Y) / eyes);
        float Height(in Point3f point) => (point.Y * across) - (point.X * down);

        var (upperOuter, upperInner) = (landmarks[FaceLandmarks.UpperLipOuter], landmarks[FaceLandmarks.UpperLipInner]);
        var (lowerInner, lowerOuter) = (landmarks[FaceLandmarks.LowerLipInner], landmarks[FaceLandmarks.LowerLipOuter]);
        var (cornerRight, cornerLeft) = (landmarks[FaceLandmarks.MouthRight], landmarks[FaceLandmarks.MouthLeft]);
        var (nose, chin) = (landmarks[FaceLandmarks.NoseBase], landmarks[FaceLandmarks.Chin]);
        var cornersDepth = (cornerRight.Z + cornerLeft.Z) / 2;
        var noseHeight = Height(nose);

        measures[0] = Distance(upperInner, lowerInner);
        measures[1] = BothSides(landmarks, (82, 87), (312, 317));
        measures[2] = BothSides(landmarks, (81, 178), (311, 402));
        measures[3] = Distance(cornerRight, cornerLeft);
        measures[4] = Distance(landmarks[FaceLandmarks.InnerMouthRight], landmarks[FaceLandmarks.InnerMouthLeft]);
        measures[5] = Distance(upperOuter, upperInner);
        measures[6] = Distance(lowerInner, lowerOuter);
        measures[7] = BothSides(landmarks, (37, 82), (267, 312));
        measures[8] = BothSides(landmarks, (84, 87), (314, 317));
        measures[9] = Distance(upperOuter, lowerOuter);
        measures[10] = Height(chin) - noseHeight;
        measures[11] = Height(upperOuter) - noseHeight;
        measures[12] = Height(lowerOuter) - noseHeight;
        measures[13] = ((Height(cornerRight) + Height(cornerLeft)) / 2) - noseHeight;
        measures[14] = Height(landmarks[FaceLandmarks.ChinFold]) - noseHeight;
        measures[15] = Height(chin) - Height(lowerOuter);
        measures[16] = cornersDepth - upperOuter.Z;
        measures[17] = cornersDepth - lowerOuter.Z;
        measures[18] = nose.Z - upperOuter.Z;
        measures[19] = nose.Z - lowerOuter.Z;
        for (var i = 0; i < Measures; i++) measures[i] /= eyes;
    }

    private static float BothSides(ReadOnlySpan<Point3f> landmarks, (int A, int B) right, (int A, int B) left) =>
        (Distance(landmarks[right.A], landmarks[right.B]) + Distance(landmarks[left.A], landmarks[left.B])) / 2;

    private static float Distance(in Point3f a, in Point3f b) => MathF.Sqrt(((a.X - b.X) * (a.X - b.X)) + ((a.Y - b.Y) * (a.Y - b.Y)));
}
