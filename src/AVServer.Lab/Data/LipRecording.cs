using AVServer.Vision;

namespace AVServer.Lab.Data;

/// <summary>Sound and lips of one recording, on one clock that starts with it.</summary>
/// <param name="Samples">16 kHz, 16 bits.</param>
/// <param name="Lips">[frames, <see cref="Side"/>, <see cref="Side"/>], gray; a picture without a face repeats the nearest that has
/// one.</param>
/// <param name="Seen">[frames], whether a face was found.</param>
/// <param name="Shapes">[frames, <see cref="LipShape.Measures"/>], the mouth's measures; repeated like the pictures.</param>
public sealed record LipRecording(short[] Samples, byte[] Lips, bool[] Seen, float[] Shapes)
{
    /// <summary>Pictures a second.</summary>
    public const int Fps = 25;

    /// <summary>Length of a side: the 64 pixels of the lip ROI and a margin of 16 around it, for turning and moving it.</summary>
    public const int Side = 96;

    /// <summary>Bytes of a picture.</summary>
    public const int PictureBytes = Side * Side;

    /// <summary>Samples from one picture to the next.</summary>
    public const int SamplesPerPicture = 16_000 / Fps;

    /// <summary>Number of pictures.</summary>
    public int Pictures => Seen.Length;

    /// <summary>
    /// The recording with the measures of every <paramref name="stride"/>th picture only, and what lies between them in the others.
    /// </summary>
    public LipRecording Decimate(int stride)
    {
        var shapes = new float[Shapes.Length];
        for (var i = 0; i < Pictures; i++)
        {
            var before = i / stride * stride;
            var after = Math.Min(before + stride, (Pictures - 1) / stride * stride);
            var share = after > before ? (i - before) / (float)(after - before) : 0;
            for (var m = 0; m < LipShape.Measures; m++)
                shapes[(i * LipShape.Measures) + m] = ((1 - share) * Shapes[(before * LipShape.Measures) + m])
                    + (share * Shapes[(after * LipShape.Measures) + m]);
        }
        return this with { Shapes = shapes };
    }

    /// <summary>One picture; indices beyond the recording give its first or last.</summary>
    public ReadOnlySpan<byte> Picture(int index) => Lips.AsSpan(Math.Clamp(index, 0, Pictures - 1) * PictureBytes, PictureBytes);
}
