namespace OpenCvSharp;

/// <summary>What lies outside a picture; values are OpenCV's.</summary>
[Flags]
public enum BorderTypes
{
    /// <summary><c>iiiiii|abcdefgh|iiiiii</c> with a given i.</summary>
    Constant = 0,

    /// <summary><c>aaaaaa|abcdefgh|hhhhhh</c></summary>
    Replicate = 1,

    /// <summary><c>fedcba|abcdefgh|hgfedc</c></summary>
    Reflect = 2,

    /// <summary><c>cdefgh|abcdefgh|abcdef</c></summary>
    Wrap = 3,

    /// <summary><c>gfedcb|abcdefgh|gfedcb</c></summary>
    Reflect101 = 4,

    /// <summary>Same as <see cref="Reflect101"/>.</summary>
    Default = Reflect101,
}
