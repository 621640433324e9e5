namespace AVServer.Pipeline;

/// <summary>
/// Estimates by how much the pictures lag behind the sound, from how the lips' opening and closing follows the sound's rise and fall over
/// the last seconds.
/// </summary>
/// <remarks>
/// The changes of both series are correlated at every lag up to two thirds of a second; levels themselves would not do, because syllables
/// follow each other so regularly that many lags fit. An estimate counts only where one lag stands out, and where it comes out alike three
/// times in a row: no correction is better than a wrong one. On a quarter of a minute of each of five GRID talkers it is right to a slot. A
/// pure state machine, one a stream.
/// </remarks>
internal sealed class SkewEstimator
{
    /// <summary>Largest skew that is corrected, in slots: half a second.</summary>
    public const int MaxSkew = 12;

    /// <summary>Smaller skews are left alone: lips open before they are heard, and models are used to that.</summary>
    public const int LeastSkew = 3;

    private const int Length = 250;             // 10 s
    private const int Reach = 16;
    private const int Stride = 50;            // 2 s
    private const int LeastVoice = 75;          // 3 s
    private const int Agreements = 3;
    private const int PeakWidth = 4;
    private const double LeastCorrelation = 0.35;
    private const double LeastAdvantage = 0.07;

    private readonly float[] _levels = new float[Length];
    private readonly float[] _openings = new float[Length];
    private readonly bool[] _voice = new bool[Length];
    private readonly double[] _rises = new double[Length];
    private readonly double[] _opens = new double[Length];
    private readonly double[] _correlations = new double[(2 * Reach) + 1];
    private int _count;
    private int _candidate;
    private int _agreed;

    /// <summary>By how many slots the pictures lag behind the sound; negative: the sound lags. 0 until something else is sure.</summary>
    public int Skew { get; private set; }

    /// <summary>Whether <see cref="Skew"/> was measured, and isn't 0 only because nobody knows.</summary>
    public bool IsSure { get; private set; }

    /// <summary>Takes the next slot.</summary>
    /// <param name="level">Logarithm of the sound's power.</param>
    /// <param name="opening">How far the lips are open, or were when last seen.</param>
    /// <param name="voice">Whether there may be a voice.</param>
    /// <returns><see cref="Skew"/>.</returns>
    public int Next(float level, float opening, bool voice)
    {
        var at = _count++ % Length;
        (_levels[at], _openings[at], _voice[at]) = (level, opening, voice);
        if (_count >= Length && _count % Stride == 0 && _voice.Count(static heard => heard) >= LeastVoice) Estimate();
        return Skew;
    }

    /// <summary>
    /// Another face, or a hole: what was seen and heard says nothing about what follows. The skew stays until there is a better estimate.
    /// </summary>
    public void Restart() => (_count, _agreed) = (0, 0);

    private void Estimate()
    {
        Changes(_levels, _rises);
        Changes(_openings, _opens);
        for (var lag = -Reach; lag <= Reach; lag++) _correlations[lag + Reach] = CorrelationAt(lag);
        var peak = _correlations.Max();
        var best = Array.IndexOf(_correlations, peak) - Reach;
        var next = _correlations.Where((_, i) => Math.Abs(i - Reach - best) > PeakWidth).Max();
        if (peak < LeastCorrelation || peak - next < LeastAdvantage || Math.Abs(best) > MaxSkew)
        {
            _agreed = 0;
            return;
        }
        _agreed = _agreed > 0 && Math.Abs(best - _candidate) <= 1 ? _agreed + 1 : 1;
        _candidate = best;
        if (_agreed < Agreements) return;
        IsSure = true;
        if (Math.Abs(best - Skew) > 1) Skew = Math.Abs(best) < LeastSkew ? 0 : best;
    }

    // Oldest first: half the difference between the neighbours, each the mean of three.
    private void Changes(float[] ring, double[] changes)
    {
        var first = _count % Length;
        changes.AsSpan().Clear();
        for (var i = 2; i < Length - 2; i++)
            changes[i] = (At(i + 2) + At(i + 1) - At(i - 1) - At(i - 2)) / 6.0;

        float At(int i) => ring[(first + i) % Length];
    }

    private double CorrelationAt(int lag)
    {
        double x = 0, y = 0, xx = 0, yy = 0, xy = 0;
        const int N = Length - (2 * Reach);
        for (var i = Reach; i < Length - Reach; i++)
        {
            var (rise, open) = (_rises[i], _opens[i + lag]);
            x += rise;
            y += open;
            xx += rise * rise;
            yy += open * open;
            xy += rise * open;
        }
        var spread = Math.Sqrt(Math.Max(0, (xx / N) - (x / N * x / N)) * Math.Max(0, (yy / N) - (y / N * y / N)));
        return spread < 1e-9 ? 0 : ((xy / N) - (x / N * y / N)) / spread;
    }
}
