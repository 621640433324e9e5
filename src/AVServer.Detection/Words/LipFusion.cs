namespace AVServer.Detection;

/// <summary>
/// Joins what a typed word's score by sound says with what lips show along its alignment: late fusion by a weighted sum of log-odds.
/// </summary>
/// <remarks>
/// What counts is by how much the lips' gains exceed what wrong words gain, which are laid where they fit best too: so a threshold that was
/// measured on sound alone stands for no more false alarms. Lips only add: of people who were recorded otherwise than those who taught them
/// they know little, and would deny most of what they say. Chosen on GRID's talkers, each left out (models/lip-phones/card.md).
/// </remarks>
public static class LipFusion
{
    /// <summary>
    /// Slots of 40 ms by which a face's pictures may come behind the sound, negative: before it, and not be known to. The alignment is laid
    /// over them at each of these shifts, and the best counts.
    /// </summary>
    public const int EarliestShift = -1, LatestShift = 3;

    /// <summary>The most that lips add to a word's log-odds.</summary>
    public const float Most = 2;

    private const float Weight = 0.2f;

    // Gain in a frame of a wrong word, and some more.
    private const float Usual = 1.4f;

    /// <summary>Sum of what lips say for the phones of a candidate, frame by frame.</summary>
    /// <param name="candidate">The alignment.</param>
    /// <param name="labels">The word's phones, as numbers of the lips' labels.</param>
    /// <param name="gain">What lips say for a label in a frame of the sound; see <see cref="LipGains"/>.</param>
    public static float Sum(WordCandidate candidate, IReadOnlyList<int> labels, Func<long, int, float> gain)
    {
        ArgumentNullException.ThrowIfNull(candidate);
        ArgumentNullException.ThrowIfNull(labels);
        ArgumentNullException.ThrowIfNull(gain);
        var (sum, place) = (0f, 0);
        for (var frame = candidate.Start; frame <= candidate.End; frame++)
        {
            while (place + 1 < labels.Count && candidate.Entries[place + 1] <= frame) place++;
            sum += gain(frame, labels[place]);
        }
        return sum;
    }

    /// <summary>What lips add to a candidate's log-odds; 0 at least.</summary>
    /// <param name="best">The largest <see cref="Sum"/> of all shifts.</param>
    /// <param name="frames">Frames that the candidate lies over.</param>
    public static float Gain(float best, long frames) => Math.Clamp(Weight * (best - (Usual * frames)), 0, Most);

    /// <summary>The same, the alignment laid over the pictures where they fit best.</summary>
    /// <param name="candidate">The alignment.</param>
    /// <param name="labels">The word's phones, as numbers of the lips' labels.</param>
    /// <param name="gain">What lips say for a label in a frame of the sound, if the pictures come so many slots behind it.</param>
    public static float Gain(WordCandidate candidate, IReadOnlyList<int> labels, Func<long, int, int, float> gain)
    {
        ArgumentNullException.ThrowIfNull(candidate);
        ArgumentNullException.ThrowIfNull(gain);
        var best = float.NegativeInfinity;
        for (var shift = EarliestShift; shift <= LatestShift; shift++)
        {
            var by = shift;
            best = Math.Max(best, Sum(candidate, labels, (frame, label) => gain(frame, by, label)));
        }
        return Gain(best, candidate.End - candidate.Start + 1);
    }
}
