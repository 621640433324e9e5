using AVServer.Vision;

namespace AVServer.Lab.Lips;

/// <summary>
/// By how much a talker's pictures come behind the sound, told by the lips themselves: they are shut when a P, a B or an M is heard, and
/// open in an open vowel.
/// </summary>
/// <remarks>
/// No network is asked: one that late pictures taught would call them right. The gap between the lips is compared at every shift; lips
/// are ahead of what is heard by nature, so what counts is the shift against <see cref="NaturalLead"/>.
/// </remarks>
internal static class LipClosures
{
    /// <summary>Largest shift that is looked at, in pictures.</summary>
    public const int Most = 6;

    /// <summary>
    /// Pictures by which lips shut and open before the teacher hears it: the median of sixty people, recorded by as many cameras.
    /// </summary>
    public const double NaturalLead = 2.4;

    // Below this, in deviations of the gap, lips and sound have nothing to do with each other: dubbed, or another's face.
    private const double LeastContrast = 0.6;

    private static readonly string[] Shut = ["P", "B", "M"];
    private static readonly string[] Open = ["AA", "AE", "AH", "AO", "AW", "AY", "EH"];

    /// <summary>Measures recordings of one talker.</summary>
    /// <param name="clips">The recordings, with targets for pictures that come with the sound.</param>
    /// <param name="labels">Names of the labels.</param>
    /// <returns>Delay in pictures, and how clearly lips and sound agree at it.</returns>
    public static (double Delay, double Contrast) Measure(IReadOnlyCollection<LipClip> clips, IReadOnlyList<string> labels)
    {
        var gaps = clips.Select(clip => Gaps(clip.Face)).ToArray();
        var all = gaps.SelectMany(gap => gap).ToArray();
        var mean = all.Average();
        var deviation = Math.Sqrt(all.Average(gap => (gap - mean) * (gap - mean))) + 1e-6;
        var contrasts = new double[(2 * Most) + 1];
        for (var shift = -Most; shift <= Most; shift++)
        {
            var (shut, open) = ((Sum: 0.0, Weight: 1e-6), (Sum: 0.0, Weight: 1e-6));
            foreach (var (clip, gap) in clips.Zip(gaps))
                for (var picture = 0; picture < gap.Length; picture++)
                {
                    var value = gap[Math.Clamp(picture + shift, 0, gap.Length - 1)];
                    Add(ref shut, Share(clip, picture, Shut), value);
                    Add(ref open, Share(clip, picture, Open), value);
                }
            contrasts[shift + Most] = ((open.Sum / open.Weight) - (shut.Sum / shut.Weight)) / deviation;
        }
        var best = Array.IndexOf(contrasts, contrasts.Max());
        return (best + Vertex(contrasts, best) - Most + NaturalLead, contrasts[best]);

        void Add(ref (double Sum, double Weight) to, double weight, double value) =>
            to = (to.Sum + (weight * value), to.Weight + weight);
        double Share(LipClip clip, int picture, string[] phones)
        {
            var shares = 0.0;
            for (var i = 0; i < labels.Count; i++)
                if (Array.IndexOf(phones, labels[i]) >= 0) shares += clip.Aligned[(picture * labels.Count) + i];
            return shares;
        }
    }

    /// <summary>Whether lips and sound agree well enough to be one talker's.</summary>
    public static bool Agree((double Delay, double Contrast) measured) =>
        measured.Contrast >= LeastContrast && Math.Abs(measured.Delay) <= Most - NaturalLead;

    private static double[] Gaps(TalkingFace face)
    {
        var (upper, lower) = MouthPoints.InnerEdges;
        var gaps = new double[face.Pictures];
        for (var picture = 0; picture < gaps.Length; picture++)
        {
            var raw = face.Raw(0, picture);
            var sum = 0.0;
            for (var axis = 0; axis < 3; axis++)
            {
                var difference = raw[(upper * 3) + axis] - raw[(lower * 3) + axis];
                sum += difference * difference;
            }
            gaps[picture] = Math.Sqrt(sum);
        }
        return gaps;
    }

    // Where the parabola through three neighbours is highest, against the middle one.
    private static double Vertex(double[] values, int at)
    {
        if (at == 0 || at == values.Length - 1) return 0;
        var (before, here, after) = (values[at - 1], values[at], values[at + 1]);
        var bend = before - (2 * here) + after;
        return bend < 0 ? 0.5 * (before - after) / bend : 0;
    }
}
