namespace AVServer.Detection;

/// <summary>Features of a candidate's alignment that tell a spoken word from one that only sounds like it. Pure; independent of the word.</summary>
public static class AlignmentFeatures
{
    /// <summary>Frames before and after the word that are looked at.</summary>
    private const int ContextFrames = 8;

    /// <summary>Names of the features, in their order.</summary>
    public static IReadOnlyList<string> Names { get; } =
    [
        "score", "scorePerPhone", "phones", "frames", "framesPerPhone",
        "gainMean", "gainWorst", "gainSecondWorst", "gainThirdWorst", "gainMedian", "gainSpread", "gainFirst", "gainLast", "gainSecond", "gainLastButOne",
        "leastGainMean", "leastGainWorst",
        "rankMean", "rankWorst", "rankSecondWorst", "rankUnderOne", "rankUnderThree", "rankZero",
        "durationMean", "durationSpread", "durationLongest", "durationShortest", "durationLast", "durationFirst",
        "leadMean", "leadWorst",
        "vowelGain", "consonantGain", "vowelRank", "consonantRank", "vowelShare",
        "editDistance", "heardPerPhone",
        "silenceBefore", "silenceAfter", "silenceInside", "bestMean", "bestSpread",
    ];

    /// <summary>Length of a vector.</summary>
    public static int Count => Names.Count;

    /// <summary>Computes the features of one candidate.</summary>
    /// <param name="candidate">The alignment; its frames must still be remembered.</param>
    /// <param name="phones">The word's phones.</param>
    /// <param name="history">Scores of the phones.</param>
    /// <param name="features">Receives <see cref="Count"/> values.</param>
    public static void Compute(WordCandidate candidate, IReadOnlyList<int> phones, PhoneScoreHistory history, Span<float> features)
    {
        if (features.Length != Count) throw new ArgumentException($"Expected room for {Count} features, got {features.Length}.", nameof(features));
        var states = history.States;
        var count = phones.Count;
        var (gains, least, ranks, durations, leads) = (new float[count], new float[count], new float[count], new float[count], new float[count]);
        for (var j = 0; j < count; j++)
        {
            var first = Math.Max(candidate.Entries[j], history.Oldest);
            var end = j + 1 < count ? candidate.Entries[j + 1] : candidate.End + 1;
            MeasurePhone(phones[j], first, Math.Max(end, first + 1), history, out gains[j], out least[j], out ranks[j], out leads[j]);
            durations[j] = MathF.Log(Math.Max(1, end - candidate.Entries[j]) / states.Durations[phones[j]]);
        }
        var length = candidate.End + 1 - candidate.Start;
        var decoded = DecodedPhones(candidate, history);
        var (bestMean, bestDeviation, inside) = MeasureWord(candidate, history);
        float[] sortedGains = [.. gains.Order()], sortedRanks = [.. ranks.OrderDescending()];
        var vowels = Enumerable.Range(0, count).Where(j => states.IsVowel[phones[j]]).ToArray();
        var consonants = Enumerable.Range(0, count).Where(j => !states.IsVowel[phones[j]]).ToArray();
        ReadOnlySpan<float> values =
        [
            candidate.Score, candidate.Score / count, count, length, length / (float)count,
            gains.Average(), sortedGains[0], sortedGains[Math.Min(1, count - 1)], sortedGains[Math.Min(2, count - 1)], Median(sortedGains), StandardDeviation(gains),
            gains[0], gains[^1], gains[Math.Min(1, count - 1)], gains[Math.Max(0, count - 2)],
            least.Average(), least.Min(),
            ranks.Average(), sortedRanks[0], sortedRanks[Math.Min(1, count - 1)],
            ranks.Count(rank => rank < 1) / (float)count, ranks.Count(rank => rank < 3) / (float)count, ranks.Count(rank => rank == 0) / (float)count,
            durations.Average(), StandardDeviation(durations), durations.Max(), durations.Min(), durations[^1], durations[0],
            leads.Average(), leads.Min(),
            Mean(gains, vowels), Mean(gains, consonants), Mean(ranks, vowels), Mean(ranks, consonants), vowels.Length / (float)count,
            EditDistance(phones, decoded, states) / count, decoded.Count / (float)count,
            SilenceMargin(candidate.Start - ContextFrames, candidate.Start, history), SilenceMargin(candidate.End + 1, candidate.End + 1 + ContextFrames, history),
            inside, bestMean, bestDeviation,
        ];
        values.CopyTo(features);
    }

    // Of one phone's frames: how far it lies below the best (mean and least), how many phones score higher, how far it lies above silence.
    private static void MeasurePhone(int phone, long first, long end, PhoneScoreHistory history, out float gain, out float least, out float rank, out float lead)
    {
        (gain, least, rank, lead) = (0, float.PositiveInfinity, 0, 0);
        for (var frame = first; frame < end; frame++)
        {
            var scores = history.Scores(frame);
            var own = scores[phone];
            for (var other = 0; other < scores.Length; other++)
                if (scores[other] > own && !history.States.IsSilence[other]) rank++;
            gain += own - history.BestScore(frame);
            least = Math.Min(least, own - history.BestScore(frame));
            lead += own - history.BestSilence(frame);
        }
        (gain, rank, lead) = (gain / (end - first), rank / (end - first), lead / (end - first));
    }

    private static (float Mean, float Spread, float Silence) MeasureWord(WordCandidate candidate, PhoneScoreHistory history)
    {
        var best = new List<float>();
        var silence = 0f;
        for (var frame = Math.Max(candidate.Start, history.Oldest); frame <= candidate.End; frame++)
        {
            best.Add(history.BestScore(frame));
            silence += history.BestSilence(frame) - history.BestScore(frame);
        }
        return (best.Average(), StandardDeviation([.. best]), silence / best.Count);
    }

    private static float SilenceMargin(long first, long end, PhoneScoreHistory history)
    {
        var (sum, count) = (0f, 0);
        for (var frame = Math.Max(first, history.Oldest); frame < Math.Min(end, history.Count); frame++, count++) sum += history.BestSilence(frame) - history.BestScore(frame);
        return count == 0 ? 0 : sum / count;
    }

    // The phones that were decoded freely over the word, each once, silences left out.
    private static List<int> DecodedPhones(WordCandidate candidate, PhoneScoreHistory history)
    {
        var decoded = new List<int>();
        var before = -1;
        for (var frame = Math.Max(candidate.Start, history.Oldest); frame <= candidate.End; frame++)
        {
            var phone = history.BestPhone(frame);
            if (phone != before && !history.States.IsSilence[phone]) decoded.Add(phone);
            before = phone;
        }
        return decoded;
    }

    // A vowel for a vowel, or a consonant for a consonant, counts less than another kind.
    private static float EditDistance(IReadOnlyList<int> wanted, List<int> decoded, PhoneStates states)
    {
        var row = new float[decoded.Count + 1];
        for (var j = 0; j < row.Length; j++) row[j] = j;
        foreach (var phone in wanted)
        {
            var diagonal = row[0]++;
            for (var j = 0; j < decoded.Count; j++)
            {
                var change = phone == decoded[j] ? 0 : states.IsVowel[phone] == states.IsVowel[decoded[j]] ? 0.6f : 1;
                var value = Math.Min(Math.Min(row[j + 1] + 1, row[j] + 1), diagonal + change);
                (diagonal, row[j + 1]) = (row[j + 1], value);
            }
        }
        return row[^1];
    }

    private static float Mean(float[] values, int[] places) => places.Length == 0 ? 0 : places.Average(place => values[place]);

    private static float Median(float[] sorted) => sorted.Length % 2 == 1 ? sorted[sorted.Length / 2] : (sorted[(sorted.Length / 2) - 1] + sorted[sorted.Length / 2]) / 2;

    private static float StandardDeviation(float[] values)
    {
        var mean = values.Average();
        return MathF.Sqrt(values.Average(value => (value - mean) * (value - mean)));
    }
}
