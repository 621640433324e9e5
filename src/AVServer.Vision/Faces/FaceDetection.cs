using OpenCvSharp;

namespace AVServer.Vision;

/// <summary>A face as the detector found it; places in pixels from the picture's upper left corner.</summary>
/// <param name="Score">Posterior of a face, 0 to 1.</param>
/// <param name="Box">From the eyebrows to the chin.</param>
/// <param name="RightEye">The person's right eye, left in the picture.</param>
/// <param name="LeftEye">The person's left eye.</param>
/// <param name="NoseTip">Tip of the nose.</param>
/// <param name="Mouth">Middle of the mouth.</param>
public readonly record struct FaceDetection(float Score, FaceBox Box, Point2f RightEye, Point2f LeftEye, Point2f NoseTip, Point2f Mouth);
