using AVServer.Vision;

namespace AVServer.Lab.Lips;

/// <summary>A recording, what is spoken in it, and what its pictures should show.</summary>
internal sealed class LipClip
{
    private readonly double[][] _sums;

    /// <param name="face">The recording.</param>
    /// <param name="spoken">What is spoken.</param>
    /// <param name="targets">Makes the targets.</param>
    /// <param name="delay">Pictures by which they come behind the sound.</param>
    public LipClip(TalkingFace face, SpokenPhones spoken, LipTargets targets, int delay = 0)
    {
        (Face, Spoken, Delay) = (face, spoken, delay);
        (Targets, Aligned) = targets.Of(spoken, face.Pictures, delay);
        _sums = [.. Enumerable.Range(0, face.Views.Count).Select(Sum)];
    }

    /// <summary>The recording.</summary>
    public TalkingFace Face { get; }

    /// <summary>What is spoken.</summary>
    public SpokenPhones Spoken { get; }

    /// <summary>Pictures by which they come behind the sound.</summary>
    public int Delay { get; }

    /// <summary>[pictures, labels], what is learnt from.</summary>
    public float[] Targets { get; }

    /// <summary>[pictures, labels], the alignment alone.</summary>
    public float[] Aligned { get; }

    /// <summary>Corpus and talker.</summary>
    public string Talker => $"{Face.Set.Split('_')[0]}/{Face.Talker}";

    /// <summary>Sum of what was measured in all pictures of a view.</summary>
    public ReadOnlySpan<double> SumOf(int view) => _sums[view];

    /// <summary>The picture that shows a frame of the sound.</summary>
    public int PictureOf(long frame) => PictureAt(frame, Delay);

    /// <summary>The same if the pictures came so many behind the sound.</summary>
    public int PictureAt(long frame, int delay) =>
        Math.Clamp((int)Math.Floor((frame * PhoneScores.FrameSeconds * TalkingFace.Fps) + delay), 0, Face.Pictures - 1);

    /// <summary>All pictures as the network takes them, behind what was seen of the talker before.</summary>
    /// <param name="before">Recordings of the talker that were seen before.</param>
    /// <returns>[pictures, <see cref="MouthFeatures.Values"/>], against the mean over those and this one.</returns>
    public float[] Normalised(IEnumerable<LipClip> before)
    {
        var features = new MouthFeatures();
        foreach (var face in before.Append(this).Select(clip => clip.Face))
            for (var picture = 0; picture < face.Pictures; picture++)
                if (face.Seen[picture]) features.Accept(face.Raw(0, picture));
        var values = new float[Face.Pictures * MouthFeatures.Values];
        for (var picture = 0; picture < Face.Pictures; picture++)
            features.Normalise(Face.Raw(0, picture), values.AsSpan(picture * MouthFeatures.Values, MouthFeatures.Values));
        return values;
    }

    private double[] Sum(int view)
    {
        var sum = new double[MouthFeatures.RawValues];
        for (var picture = 0; picture < Face.Pictures; picture++)
        {
            var raw = Face.Raw(view, picture);
            for (var i = 0; i < sum.Length; i++) sum[i] += raw[i];
        }
        return sum;
    }
}
