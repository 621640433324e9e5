using OpenCvSharp;

namespace AVServer.Vision;

/// <summary>
/// What a talker's mouth does in a picture, against what it did on average: points around it and the terms of its picture, without what
/// stays the same.
/// </summary>
/// <remarks>
/// How a mouth looks says who it is; how it changes says what is spoken. So what is known of the talker is taken off, his mean over the
/// last half minute at most, and the picture's terms are measured in its contrast. Training and serving do this by the same code.
/// One talker's own; one caller at a time.
/// </remarks>
public sealed class MouthFeatures
{
    /// <summary>Values of a picture as they are measured: points, terms, contrast.</summary>
    public const int RawValues = PointValues + MouthTexture.Values;

    /// <summary>Values of a picture as the network takes them: points and terms.</summary>
    public const int Values = PointValues + MouthTexture.Terms;

    /// <summary>How many of them are the points'.</summary>
    public const int PointValues = MouthPoints.Count * 3;

    // Half a minute of pictures.
    private const int LongestMemory = 750;

    /// <summary>Added to the contrast, in gray levels: a mouth in the dark is no mouth that moves much.</summary>
    public const float DarkContrast = 5;

    private readonly double[] _mean = new double[RawValues];

    /// <summary>Pictures taken so far.</summary>
    public int Count { get; private set; }

    /// <summary>Measures a face's mouth.</summary>
    /// <param name="texture">Measures its picture.</param>
    /// <param name="frame">BGR, 8 bits; not kept.</param>
    /// <param name="face">The face.</param>
    /// <param name="view">How its picture is looked at.</param>
    /// <param name="raw">Receives <see cref="RawValues"/>.</param>
    public static void Measure(MouthTexture texture, Mat frame, TrackedFace face, in MouthView view, Span<float> raw)
    {
        ArgumentNullException.ThrowIfNull(texture);
        ArgumentNullException.ThrowIfNull(face);
        MouthPoints.Measure(face.MeasuredLandmarks, raw[..PointValues]);
        texture.Measure(frame, face.Landmarks, view, raw[PointValues..]);
    }

    /// <summary>Takes a picture's values into account.</summary>
    /// <param name="raw"><see cref="RawValues"/> of them.</param>
    public void Accept(ReadOnlySpan<float> raw)
    {
        if (raw.Length != RawValues) throw new ArgumentException($"Expected {RawValues} values, got {raw.Length}.", nameof(raw));
        Count++;
        var share = 1.0 / Math.Min(Count, LongestMemory);
        for (var i = 0; i < RawValues; i++) _mean[i] += share * (raw[i] - _mean[i]);
    }

    /// <summary>A picture's values against the talker's mean so far.</summary>
    /// <param name="raw"><see cref="RawValues"/> of them.</param>
    /// <param name="values">Receives <see cref="Values"/>.</param>
    public void Normalise(ReadOnlySpan<float> raw, Span<float> values)
    {
        var contrast = (float)_mean[^1] + DarkContrast;
        for (var i = 0; i < PointValues; i++) values[i] = raw[i] - (float)_mean[i];
        for (var i = PointValues; i < Values; i++) values[i] = (raw[i] - (float)_mean[i]) / contrast;
    }

    /// <summary>Forgets the talker.</summary>
    public void Reset()
    {
        Count = 0;
        Array.Clear(_mean);
    }
}
