namespace AVServer.Vision;

/// <summary>
/// Numbers of MediaPipe's face mesh that this project uses; right and left are the person's, so the right side is left in the picture.
/// </summary>
public static class FaceLandmarks
{
    /// <summary>Landmarks of a face.</summary>
    public const int Count = 468;

    public const int NoseTip = 1;
    public const int Forehead = 10;
    public const int Chin = 152;
    public const int RightCheek = 234;
    public const int LeftCheek = 454;
    public const int RightEyeOuter = 33;
    public const int LeftEyeOuter = 263;
    public const int MouthRight = 61;
    public const int MouthLeft = 291;

    /// <summary>Pairs on the inner edges of the upper and lower lip, above each other.</summary>
    public static ReadOnlySpan<(int Upper, int Lower)> InnerLipPairs => InnerPairs;

    /// <summary>Middle of the nose's lower edge.</summary>
    internal const int NoseBase = 2;

    /// <summary>The fold between the lower lip and the chin.</summary>
    internal const int ChinFold = 18;

    /// <summary>Middle of the upper lip's outer and inner edge, and of the lower lip's.</summary>
    internal const int UpperLipOuter = 0, UpperLipInner = 13, LowerLipInner = 14, LowerLipOuter = 17;

    /// <summary>Where the inner edges of the lips meet.</summary>
    internal const int InnerMouthRight = 78, InnerMouthLeft = 308;

    private static readonly (int Upper, int Lower)[] InnerPairs = [(82, 87), (13, 14), (312, 317)];
}
