using AVServer.Vision;

namespace AVServer.Lab.Lips;

/// <summary>A recording of a talker: sound, and what was measured of the mouth in each picture, on one clock that starts with it.</summary>
/// <param name="Set">Corpus.</param>
/// <param name="Path">Path inside the corpus.</param>
/// <param name="Talker">Who speaks.</param>
/// <param name="Text">What is said.</param>
/// <param name="Samples">16 kHz, 16 bits.</param>
/// <param name="Seen">By picture, whether a face was found; where not, the values of the picture before stand.</param>
/// <param name="Views">
/// By view of the mouth, the straight one first, [pictures, <see cref="MouthFeatures.RawValues"/>]; views differ in the terms of the
/// picture.
/// </param>
internal sealed record TalkingFace(
    string Set, string Path, string Talker, string Text, short[] Samples, bool[] Seen, IReadOnlyList<float[]> Views)
{
    /// <summary>Pictures a second.</summary>
    public const int Fps = 25;

    /// <summary>Number of pictures.</summary>
    public int Pictures => Seen.Length;

    /// <summary>Seconds of pictures.</summary>
    public double Seconds => Pictures / (double)Fps;

    /// <summary>What was measured in a picture.</summary>
    public ReadOnlySpan<float> Raw(int view, int picture) =>
        Views[view].AsSpan(picture * MouthFeatures.RawValues, MouthFeatures.RawValues);
}
