namespace AVServer.Signal;

/// <summary>
/// Follows a voice's fundamental frequency from 60 to 500 Hz: the strongest peaks of each frame's autocorrelation, and the smoothest path
/// through them.
/// </summary>
/// <remarks>
/// After Boersma, "Accurate short-term analysis of the fundamental frequency and the harmonics-to-noise ratio of a sampled sound" (IFA
/// Proceedings 17, 1993): the frame's autocorrelation divided by its window's, costs for octaves, jumps and changes of voicing. His
/// constants, but for five candidates instead of fifteen.
/// Holds tables only.
/// </remarks>
internal sealed class PitchTracker
{
    /// <summary>Peaks kept of a frame.</summary>
    public const int Candidates = 5;

    /// <summary>The frequency that octaves count from, in Hz; the lowest that is found.</summary>
    public const double LowestHz = 60;

    private const int Shortest = IEmotionFrontEnd.SampleRateHz / 500;
    private const int Longest = (int)(IEmotionFrontEnd.SampleRateHz / LowestHz);
    private const float Nothing = -9;
    private const double OctaveGain = 0.01;
    private const double OctaveJump = 0.35;
    private const double VoicingChange = 0.14;
    private const double Unvoiced = 0.45;
    private const double Silence = 0.6;
    private const float SilenceDb = 35;
    private const int States = Candidates + 1;

    private readonly RealFft _fft;
    private readonly float[] _perTaper;

    /// <param name="fft">Transform of the powers; at least the window and the longest lag together.</param>
    /// <param name="window">What frames were multiplied by.</param>
    public PitchTracker(RealFft fft, ReadOnlySpan<float> window)
    {
        _fft = fft;
        var (padded, workspace) = (new float[fft.Length], new float[WorkspaceLength]);
        window.CopyTo(padded);
        var power = new float[fft.Bins];
        fft.PowerSpectrum(padded, workspace, power);
        _perTaper = Correlate(power, workspace)[..(Longest + 2)].ToArray();
        for (int lag = _perTaper.Length - 1; lag >= 0; lag--) _perTaper[lag] = _perTaper[0] / _perTaper[lag];
    }

    /// <summary>Floats of scratch that <see cref="Find"/> needs.</summary>
    public int WorkspaceLength => _fft.WorkspaceLength + _fft.Length + 2 * _fft.Bins;

    /// <summary>The strongest peaks of a frame.</summary>
    /// <param name="power">Its power spectrum, of as many bins as the transform has or a multiple finer.</param>
    /// <param name="workspace">At least <see cref="WorkspaceLength"/> floats, overwritten.</param>
    /// <param name="strengths">Receives <see cref="Candidates"/> peaks of the autocorrelation, about 0 to 1, the best first; far below 0
    /// where there are fewer.</param>
    /// <param name="octaves">Receives their frequencies in octaves above <see cref="LowestHz"/>.</param>
    public void Find(ReadOnlySpan<float> power, Span<float> workspace, Span<float> strengths, Span<float> octaves)
    {
        var correlation = Correlate(power, workspace);
        double scale = 1 / Math.Max(correlation[0], 1e-9f);
        strengths.Fill(Nothing);
        octaves.Clear();
        double before, here = correlation[Shortest - 1] * scale * _perTaper[Shortest - 1],
            after = correlation[Shortest] * scale * _perTaper[Shortest];
        for (int lag = Shortest; lag <= Longest; lag++)
        {
            (before, here, after) = (here, after, correlation[lag + 1] * scale * _perTaper[lag + 1]);
            if (here <= before || here < after) continue;
            double shift = 0.5 * (before - after) / (before - 2 * here + after);
            Insert(
                here - 0.25 * (before - after) * shift, Math.Log2(IEmotionFrontEnd.SampleRateHz / (lag + shift) / LowestHz), strengths,
                octaves);
        }
    }

    /// <summary>The path through all frames' peaks that costs least.</summary>
    /// <param name="levels">Level of each frame in dB.</param>
    /// <param name="strengths">[frames, <see cref="Candidates"/>].</param>
    /// <param name="octaves">[frames, <see cref="Candidates"/>].</param>
    /// <param name="path">Receives for each frame 0 where nobody is voiced, else 1 + the place of its peak.</param>
    public static void Follow(ReadOnlySpan<float> levels, ReadOnlySpan<float> strengths, ReadOnlySpan<float> octaves, Span<byte> path)
    {
        if (levels.IsEmpty) return;
        float loudest = levels[0];
        foreach (float level in levels) loudest = Math.Max(loudest, level);
        // Where each state of each frame came from.
        var origins = System.Buffers.ArrayPool<byte>.Shared.Rent(levels.Length * States);
        Span<double> best = stackalloc double[States], next = stackalloc double[States];
        for (int t = 0; t < levels.Length; t++)
        {
            for (int state = 0; state < States; state++)
            {
                (int origin, double total) = (0, 0);
                for (int from = 0; t > 0 && from < States; from++)
                {
                    double reached = best[from] - Cost(octaves, t, state, from);
                    if (from == 0 || reached > total) (origin, total) = (from, reached);
                }
                origins[t * States + state] = (byte)origin;
                int peak = t * Candidates + state - 1;
                next[state] = total
                    + (state == 0 ? Unvoiced + (levels[t] < loudest - SilenceDb ? Silence : 0)
                        : strengths[peak] + OctaveGain * octaves[peak]);
            }
            next.CopyTo(best);
        }
        int last = 0;
        for (int state = 1; state < States; state++) last = best[state] > best[last] ? state : last;
        for (int t = levels.Length - 1; t >= 0; t--) (path[t], last) = ((byte)last, origins[t * States + last]);
        System.Buffers.ArrayPool<byte>.Shared.Return(origins);
    }

    private static double Cost(ReadOnlySpan<float> octaves, int frame, int state, int from) => (state, from) switch
    {
        (0, 0) => 0,
        (0, _) or (_, 0) => VoicingChange,
        _ => OctaveJump * Math.Abs(octaves[frame * Candidates + state - 1] - octaves[(frame - 1) * Candidates + from - 1]),
    };

    private static void Insert(double strength, double octave, Span<float> strengths, Span<float> octaves)
    {
        double score = strength + OctaveGain * octave;
        int at = Candidates;
        while (at > 0 && score > strengths[at - 1] + OctaveGain * octaves[at - 1]) at--;
        if (at == Candidates) return;
        strengths[at..^1].CopyTo(strengths[(at + 1)..]);
        octaves[at..^1].CopyTo(octaves[(at + 1)..]);
        (strengths[at], octaves[at]) = ((float)strength, (float)octave);
    }

    // A power spectrum is real and even, so that its transform forth is its transform back, but for the scale. Every second bin of a frame
    // that half of the transform was padding for is the spectrum of one with less padding.
    private ReadOnlySpan<float> Correlate(ReadOnlySpan<float> power, Span<float> workspace)
    {
        var even = workspace.Slice(_fft.WorkspaceLength, _fft.Length);
        Span<float> real = workspace.Slice(_fft.WorkspaceLength + _fft.Length, _fft.Bins),
            imaginary = workspace.Slice(_fft.WorkspaceLength + _fft.Length + _fft.Bins, _fft.Bins);
        int step = (power.Length - 1) / (_fft.Bins - 1);
        for (int k = 0; k < _fft.Bins; k++) even[k] = power[k * step];
        for (int k = 1; k < _fft.Bins - 1; k++) even[_fft.Length - k] = even[k];
        _fft.Forward(even, workspace[.._fft.WorkspaceLength], real, imaginary);
        return real;
    }
}
