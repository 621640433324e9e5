using System.Runtime.InteropServices;
using OpenCvSharp;

namespace AVServer.Vision;

/// <summary>
/// The mouth's picture in few numbers: turned with the eyes, as wide as they are apart, 32 pixels a side, and of it the lowest terms of the
/// discrete cosine transform. Keeps its memory; one caller at a time.
/// </summary>
public sealed class MouthTexture : IDisposable
{
    /// <summary>Terms of the transform: those whose two frequencies add up to less than <see cref="Frequencies"/>.</summary>
    public const int Terms = Frequencies * (Frequencies + 1) / 2;

    /// <summary>Values that <see cref="Measure"/> gives: the terms and behind them the deviation of the pixels.</summary>
    public const int Values = Terms + 1;

    private const int Frequencies = 12;
    private const int Side = 32;

    // Beyond this a face fills many pictures, and the landmarks are wrong.
    private const int MaxShrink = 16;

    private static readonly float[] Cosines = CreateCosines();

    private readonly double[] _matrix = GC.AllocateArray<double>(6, pinned: true);
    private readonly Mat _matrixMat;
    private readonly Mat _large = new();
    private readonly Mat _crop = new();
    private readonly Mat _gray = new();
    private readonly float[] _rows = new float[Frequencies * Side];

    /// <summary>Makes its memory.</summary>
    public MouthTexture() => _matrixMat = Mat.FromPixelData(2, 3, MatType.CV_64FC1, Marshal.UnsafeAddrOfPinnedArrayElement(_matrix, 0));

    /// <summary>By term, whether it changes its sign when the picture is mirrored.</summary>
    public static IReadOnlyList<bool> IsOdd { get; } =
        [.. from row in Enumerable.Range(0, Frequencies)
            from column in Enumerable.Range(0, Frequencies - row)
            select column % 2 == 1];

    /// <summary>Measures a mouth.</summary>
    /// <param name="frame">BGR, 8 bits; not kept.</param>
    /// <param name="landmarks">All of the mesh.</param>
    /// <param name="view">How it is looked at.</param>
    /// <param name="values">Receives <see cref="Values"/>; all zero where the landmarks lie in one place.</param>
    public void Measure(Mat frame, ReadOnlySpan<Point3f> landmarks, in MouthView view, Span<float> values)
    {
        Pictures.RequireBgr(frame);
        if (values.Length != Values) throw new ArgumentException($"Expected room for {Values} values, got {values.Length}.");
        var (right, left) = (landmarks[FaceLandmarks.RightEyeOuter], landmarks[FaceLandmarks.LeftEyeOuter]);
        var (x, y, z) = (left.X - right.X, left.Y - right.Y, left.Z - right.Z);
        var eyes = MathF.Sqrt((x * x) + (y * y) + (z * z));
        var (cornerRight, cornerLeft) = (landmarks[FaceLandmarks.MouthRight], landmarks[FaceLandmarks.MouthLeft]);
        var centre = new Point2f((cornerRight.X + cornerLeft.X) / 2, (cornerRight.Y + cornerLeft.Y) / 2);
        if (!(eyes > 1e-3f) || !float.IsFinite(eyes + centre.X + centre.Y))
        {
            values.Clear();
            return;
        }
        Crop(frame, centre, eyes, MathF.Atan2(y, x), view);
        Transform(_gray.AsSpan<byte>(), values);
    }

    public void Dispose()
    {
        _matrixMat.Dispose();
        _large.Dispose();
        _crop.Dispose();
        _gray.Dispose();
    }

    // A warp looks at four pixels only: one that shrinks by two or more would skip some. So it goes to a multiple of the size first.
    private void Crop(Mat frame, Point2f centre, float eyes, float angle, in MouthView view)
    {
        var multiple = Math.Clamp((int)MathF.Ceiling(eyes / Side), 1, MaxShrink);
        var side = Side * multiple;
        var scale = eyes * view.Scale / side;
        var (cosine, sine) = (MathF.Cos(angle + view.Angle) * scale, MathF.Sin(angle + view.Angle) * scale);
        var middle = (side - 1) / 2.0;
        (_matrix[0], _matrix[1], _matrix[3], _matrix[4]) = (cosine * view.Aspect, -sine, sine * view.Aspect, cosine);
        _matrix[2] = centre.X + (view.Right * eyes) - (_matrix[0] * middle) - (_matrix[1] * middle) - 0.5;
        _matrix[5] = centre.Y + (view.Down * eyes) - (_matrix[3] * middle) - (_matrix[4] * middle) - 0.5;
        Cv2.WarpAffine(
            frame, _large, _matrixMat, new Size(side, side), InterpolationFlags.Linear | InterpolationFlags.WarpInverseMap,
            BorderTypes.Replicate);
        Cv2.Resize(_large, _crop, new Size(Side, Side), interpolation: InterpolationFlags.Area);
        Cv2.CvtColor(_crop, _gray, ColorConversionCodes.BGR2GRAY);
    }

    private void Transform(ReadOnlySpan<byte> pixels, Span<float> values)
    {
        float sum = 0, squares = 0;
        foreach (var pixel in pixels)
        {
            sum += pixel;
            squares += pixel * pixel;
        }
        var mean = sum / pixels.Length;
        values[Terms] = MathF.Sqrt(Math.Max(0, (squares / pixels.Length) - (mean * mean)));
        for (var row = 0; row < Frequencies; row++)
            for (var column = 0; column < Side; column++)
            {
                var term = 0f;
                for (var i = 0; i < Side; i++) term += Cosines[(row * Side) + i] * pixels[(i * Side) + column];
                _rows[(row * Side) + column] = term;
            }
        var at = 0;
        for (var row = 0; row < Frequencies; row++)
            for (var column = 0; column < Frequencies - row; column++)
            {
                var term = 0f;
                for (var i = 0; i < Side; i++) term += Cosines[(column * Side) + i] * _rows[(row * Side) + i];
                values[at++] = term;
            }
    }

    private static float[] CreateCosines()
    {
        var cosines = new float[Frequencies * Side];
        for (var frequency = 0; frequency < Frequencies; frequency++)
            for (var i = 0; i < Side; i++)
                cosines[(frequency * Side) + i] = (float)(Math.Sqrt((frequency == 0 ? 1.0 : 2.0) / Side)
                    * Math.Cos(Math.PI / Side * frequency * (i + 0.5)));
        return cosines;
    }
}

/// <summary>How a mouth is looked at; training looks at it otherwise now and then.</summary>
/// <param name="Scale">Width, in distances of the eyes' corners.</param>
/// <param name="Aspect">Factor on the width alone.</param>
/// <param name="Angle">Turn, in radians.</param>
/// <param name="Right">Shift to the right, in distances of the eyes' corners.</param>
/// <param name="Down">Shift downwards.</param>
public readonly record struct MouthView(float Scale, float Aspect, float Angle, float Right, float Down)
{
    /// <summary>What the server does.</summary>
    public static MouthView Straight { get; } = new(1, 1, 0, 0, 0);
}
