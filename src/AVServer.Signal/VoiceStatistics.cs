using System.Buffers;

namespace AVServer.Signal;

/// <summary>How the rows of <see cref="VoiceFrames"/> are spread over an utterance, how they change, and when there is a voice.</summary>
/// <remarks>
/// Means, deviations and percentiles after the practice of openSMILE's sets (Schuller et al., "The INTERSPEECH 2009 emotion challenge").
/// Level and loudness coefficient count from the utterance's own 95th percentile, so that the distance to the microphone doesn't.
/// </remarks>
internal static class VoiceStatistics
{
    /// <summary>Values of an utterance.</summary>
    public const int Dim = Spread * (2 * VoiceFrames.Always + VoiceFrames.Dim - VoiceFrames.Always) + Change * VoiceFrames.Dim + 10;

    private const int Spread = 9;
    private const int Change = 5;
    private const int Loudness = 2;
    private const float ActiveDb = 35;
    private const float PeakDb = 20;
    private const int FewestVoiced = 5;
    private const double FramesPerSecond = 100;

    // Hann's window of nine, which smooths the level before its peaks are counted.
    private static readonly double[] Taper = [.. Enumerable.Range(0, 9).Select(i => (0.5 - 0.5 * Math.Cos(2 * Math.PI * i / 8)) / 4)];

    /// <summary>Computes the statistics.</summary>
    /// <param name="rows">[frames, <see cref="VoiceFrames.Dim"/>], at least one; level and loudness are shifted in place.</param>
    /// <param name="voiced">Which are voiced.</param>
    /// <param name="statistics">Receives <see cref="Dim"/> values.</param>
    public static void Compute(Span<float> rows, ReadOnlySpan<bool> voiced, Span<float> statistics)
    {
        int frames = voiced.Length;
        float[] rented = ArrayPool<float>.Shared.Rent(3 * frames);
        bool[] flags = ArrayPool<bool>.Shared.Rent(4 * frames);
        try
        {
            Span<float> level = rented.AsSpan(0, frames), scratch = rented.AsSpan(frames, frames),
                smooth = rented.AsSpan(2 * frames, frames);
            Span<bool> active = flags.AsSpan(0, frames), said = flags.AsSpan(frames, frames), gliding = flags.AsSpan(2 * frames, frames);
            for (int t = 0; t < frames; t++) level[t] = rows[t * VoiceFrames.Dim];
            float loud = Shift(rows, 0, scratch);
            Shift(rows, Loudness, scratch);
            int said0 = 0;
            for (int t = 0; t < frames; t++)
            {
                active[t] = level[t] > loud - ActiveDb;
                said[t] = voiced[t] && active[t];
                if (said[t]) said0++;
            }
            bool anyVoice = said0 >= FewestVoiced;
            if (!anyVoice) active.CopyTo(said);
            for (int t = 0; t < frames; t++) gliding[t] = said[t] && t >= 2 && voiced[t - 2] && t + 2 < frames && voiced[t + 2];

            var rest = statistics;
            for (int d = 0; d < VoiceFrames.Dim; d++)
            {
                if (d < VoiceFrames.Always) Spreads(rows, d, active, scratch, Next(ref rest, Spread));
                var among = Next(ref rest, Spread);
                if (d < VoiceFrames.Always || anyVoice) Spreads(rows, d, said, scratch, among);
                else among.Clear();
            }
            for (int d = 0; d < VoiceFrames.Dim; d++)
            {
                var among = Next(ref rest, Change);
                if (d < VoiceFrames.Always || anyVoice) Changes(rows, d, d == VoiceFrames.Pitch ? gliding : active, scratch, among);
                else among.Clear();
            }
            Timing(level, loud, active, said, smooth, rest);
            Contour(rows, said, anyVoice, rest[8..]);
        }
        finally
        {
            ArrayPool<float>.Shared.Return(rented);
            ArrayPool<bool>.Shared.Return(flags);
        }
    }

    /// <summary>Takes a column's 95th percentile from it.</summary>
    private static float Shift(Span<float> rows, int column, Span<float> scratch)
    {
        for (int t = 0; t < scratch.Length; t++) scratch[t] = rows[t * VoiceFrames.Dim + column];
        scratch.Sort();
        float high = Percentile(scratch, 0.95);
        for (int t = 0; t < scratch.Length; t++) rows[t * VoiceFrames.Dim + column] -= high;
        return high;
    }

    /// <summary>Mean, deviation, five percentiles and two ranges of a column.</summary>
    private static void Spreads(ReadOnlySpan<float> rows, int column, ReadOnlySpan<bool> which, Span<float> scratch, Span<float> found)
    {
        int count = 0;
        for (int t = 0; t < which.Length; t++)
            if (which[t]) scratch[count++] = rows[t * VoiceFrames.Dim + column];
        var values = scratch[..count];
        (found[0], found[1]) = Moments(values);
        values.Sort();
        (found[2], found[3], found[4], found[5], found[6]) =
            (Percentile(values, 0.05), Percentile(values, 0.2), Percentile(values, 0.5), Percentile(values, 0.8), Percentile(values, 0.95));
        (found[7], found[8]) = (found[5] - found[3], found[6] - found[2]);
    }

    /// <summary>Mean size, deviation, two percentiles and mean of a column's slope, by the regression over five frames.</summary>
    private static void Changes(ReadOnlySpan<float> rows, int column, ReadOnlySpan<bool> which, Span<float> scratch, Span<float> found)
    {
        int count = 0;
        double size = 0;
        for (int t = 0; t < which.Length; t++)
        {
            if (!which[t]) continue;
            float slope = t < 2 || t + 2 >= which.Length ? 0
                : (At(rows, t + 1, column) - At(rows, t - 1, column) + 2 * (At(rows, t + 2, column) - At(rows, t - 2, column))) / 10;
            scratch[count++] = slope;
            size += Math.Abs(slope);
        }
        found.Clear();
        if (count < 3) return;
        var values = scratch[..count];
        (float mean, found[1]) = Moments(values);
        values.Sort();
        (found[0], found[2], found[3], found[4]) = ((float)(size / count), Percentile(values, 0.05), Percentile(values, 0.95), mean);
    }

    /// <summary>
    /// Share of voice, its stretches a second, their mean length and deviation (tenths of a second), share that is not silent, peaks of the
    /// level a second, how fast it rises and falls.
    /// </summary>
    private static void Timing(
        ReadOnlySpan<float> level, float loud, ReadOnlySpan<bool> active, ReadOnlySpan<bool> said, Span<float> smooth, Span<float> found)
    {
        int frames = level.Length, activeFrames = active.Count(true), stretches = 0, peaks = 0, ups = 0, downs = 0, start = 0;
        double lengths = 0, squares = 0, rise = 0, fall = 0;
        for (int t = 0; t < frames; t++)
        {
            if (said[t] && (t == 0 || !said[t - 1])) start = t;
            if (!said[t] || (t + 1 < frames && said[t + 1])) continue;
            double length = (t + 1 - start) / 10.0;
            (stretches, lengths, squares) = (stretches + 1, lengths + length, squares + length * length);
        }
        for (int t = 0; t < frames; t++)
        {
            double sum = 0;
            for (int i = 0; i < Taper.Length; i++) sum += Taper[i] * level[Math.Clamp(t + i - Taper.Length / 2, 0, frames - 1)];
            smooth[t] = (float)sum;
        }
        for (int t = 1; t < frames; t++)
        {
            float change = smooth[t] - smooth[t - 1];
            if (change > 0) (ups, rise) = (ups + 1, rise + change);
            if (change < 0) (downs, fall) = (downs + 1, fall - change);
            if (change > 0 && t + 1 < frames && smooth[t] >= smooth[t + 1] && smooth[t] > loud - PeakDb) peaks++;
        }
        double seconds = activeFrames / FramesPerSecond, mean = lengths / stretches;
        found[0] = said.Count(true) / (float)activeFrames;
        found[1] = (float)(stretches / seconds);
        found[2] = (float)mean;
        found[3] = (float)Math.Sqrt(Math.Max(0, squares / stretches - mean * mean));
        found[4] = activeFrames / (float)frames;
        found[5] = (float)(peaks / seconds);
        found[6] = (float)(rise / Math.Max(1, ups));
        found[7] = (float)(fall / Math.Max(1, downs));
    }

    /// <summary>The pitch's trend over the utterance in semitones a second, and the deviation from it.</summary>
    private static void Contour(ReadOnlySpan<float> rows, ReadOnlySpan<bool> said, bool anyVoice, Span<float> found)
    {
        found.Clear();
        if (!anyVoice) return;
        double count = 0, times = 0, pitches = 0, square = 0, product = 0, spread = 0;
        for (int t = 0; t < said.Length; t++)
            if (said[t]) (count, times, pitches) = (count + 1, times + t / FramesPerSecond, pitches + At(rows, t, VoiceFrames.Pitch));
        for (int t = 0; t < said.Length; t++)
        {
            if (!said[t]) continue;
            double time = t / FramesPerSecond - times / count, pitch = At(rows, t, VoiceFrames.Pitch) - pitches / count;
            (square, product, spread) = (square + time * time, product + time * pitch, spread + pitch * pitch);
        }
        double slope = product / Math.Max(square, 1e-6);
        (found[0], found[1]) =
            ((float)slope, (float)Math.Sqrt(Math.Max(0, (spread - 2 * slope * product + slope * slope * square) / count)));
    }

    private static (float Mean, float Deviation) Moments(ReadOnlySpan<float> values)
    {
        double sum = 0, squares = 0;
        foreach (float value in values) sum += value;
        double mean = sum / values.Length;
        foreach (float value in values) squares += (value - mean) * (value - mean);
        return ((float)mean, (float)Math.Sqrt(squares / values.Length));
    }

    /// <summary>A percentile of sorted values, linear between neighbours as NumPy has it.</summary>
    private static float Percentile(ReadOnlySpan<float> sorted, double share)
    {
        double at = share * (sorted.Length - 1);
        int below = (int)at, above = Math.Min(below + 1, sorted.Length - 1);
        return (float)(sorted[below] + (at - below) * (sorted[above] - (double)sorted[below]));
    }

    private static float At(ReadOnlySpan<float> rows, int frame, int column) => rows[frame * VoiceFrames.Dim + column];

    private static Span<float> Next(ref Span<float> from, int length)
    {
        var taken = from[..length];
        from = from[length..];
        return taken;
    }
}
