namespace OpenCvSharp;

/// <summary>Colour conversions of <see cref="Cv2.CvtColor"/>; values are OpenCV's.</summary>
public enum ColorConversionCodes
{
    BGR2BGRA = 0,
    RGB2RGBA = BGR2BGRA,
    BGRA2BGR = 1,
    RGBA2RGB = BGRA2BGR,
    BGRA2RGB = 3,
    RGBA2BGR = BGRA2RGB,
    BGR2RGB = 4,
    RGB2BGR = BGR2RGB,
    BGR2GRAY = 6,
    RGB2GRAY = 7,
    GRAY2BGR = 8,
    GRAY2RGB = GRAY2BGR,
    BGRA2GRAY = 10,
    RGBA2GRAY = 11,
    BGR2YCrCb = 36,
    YCrCb2BGR = 38,
    BGR2HSV = 40,
    HSV2BGR = 54,
    YUV2BGR_NV12 = 91,
    YUV2BGR_I420 = 101,
}
