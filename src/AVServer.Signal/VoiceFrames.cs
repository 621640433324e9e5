using System.Buffers;
using System.Runtime.Intrinsics;

namespace AVServer.Signal;

/// <summary>
/// Describes each 10 ms of a voice: level, harmonicity, spectrum, pitch, the balance of its harmonics, its roughness. Holds tables only:
/// one instance serves any number of threads.
/// </summary>
internal sealed class VoiceFrames
{
    /// <summary>Values that every frame has: level (dB), harmonicity (dB), those of <see cref="VoiceSpectrum"/>.</summary>
    public const int Always = 2 + VoiceSpectrum.Dim;

    /// <summary>
    /// Values of a row: those, then pitch (semitones above 100 Hz), H1–H2 and H1–A3 (dB), and the steps of pitch (semitones) and level (dB)
    /// from the frame before; 0 where nobody is voiced.
    /// </summary>
    public const int Dim = Always + 5;

    /// <summary>Place of the pitch in a row.</summary>
    public const int Pitch = Always;

    /// <summary>Samples of a frame: 40 ms, three periods of the deepest voice.</summary>
    public const int FrameLength = 640;

    /// <summary>Samples from one frame to the next.</summary>
    public const int HopLength = 160;

    private const int FftLength = 2048;
    private const float FullScale = 32768;
    private const int Leakage = 2;
    private readonly RealFft _fft = new(FftLength);
    private readonly VoiceSpectrum _spectrum = new(FftLength);
    private readonly PitchTracker _pitch;
    private readonly float[] _window = new float[FrameLength];
    private readonly Range _thirdFormant;

    public VoiceFrames()
    {
        for (int i = 0; i < FrameLength; i++) _window[i] = (float)(0.5 - 0.5 * Math.Cos(2 * Math.PI * i / FrameLength));
        _pitch = new PitchTracker(new RealFft(FftLength / 2), _window);
        _thirdFormant = _spectrum.Between(2300, 3500);
    }

    /// <summary>Frames that fit into so many samples.</summary>
    public static int Count(int samples) => samples < FrameLength ? 0 : (samples - FrameLength) / HopLength + 1;

    /// <summary>Describes an utterance.</summary>
    /// <param name="samples">16 kHz, in [-1, 1).</param>
    /// <param name="rows">Receives [frames, <see cref="Dim"/>].</param>
    /// <param name="voiced">Receives for each frame whether it is voiced.</param>
    public void Describe(ReadOnlySpan<float> samples, Span<float> rows, Span<bool> voiced)
    {
        int frames = voiced.Length, bins = _fft.Bins, candidates = frames * PitchTracker.Candidates;
        float[] rented = ArrayPool<float>.Shared.Rent(
            frames * (bins + 1) + 2 * candidates + 3 * bins + FftLength + Math.Max(_fft.WorkspaceLength, _pitch.WorkspaceLength));
        byte[] path = ArrayPool<byte>.Shared.Rent(frames);
        try
        {
            var rest = rented.AsSpan();
            Span<float> decibels = Take(ref rest, frames * bins), levels = Take(ref rest, frames), strengths = Take(ref rest, candidates),
                octaves = Take(ref rest, candidates);
            Span<float> power = Take(ref rest, bins), amplitudes = Take(ref rest, bins), before = Take(ref rest, bins),
                frame = Take(ref rest, FftLength);
            for (int t = 0; t < frames; t++)
            {
                levels[t] = Load(samples.Slice(t * HopLength, FrameLength), frame);
                _fft.PowerSpectrum(frame, rest, power);
                for (int k = 0; k < bins; k++) power[k] += 1;
                var row = rows.Slice(t * Dim, Dim);
                var logs = decibels.Slice(t * bins, bins);
                ToDecibels(power, logs);
                _spectrum.Describe(power, logs, amplitudes, t == 0 ? [] : before, rest, row[2..Always]);
                _pitch.Find(
                    power, rest, strengths.Slice(t * PitchTracker.Candidates, PitchTracker.Candidates),
                    octaves.Slice(t * PitchTracker.Candidates, PitchTracker.Candidates));
                row[0] = levels[t];
                var swap = amplitudes; amplitudes = before; before = swap;
            }
            PitchTracker.Follow(levels, strengths, octaves, path.AsSpan(0, frames));
            for (int t = 0; t < frames; t++)
            {
                voiced[t] = path[t] > 0;
                int chosen = t * PitchTracker.Candidates + Math.Max(0, path[t] - 1);
                double strength = Math.Clamp((double)strengths[chosen], 0.01, 0.999);
                rows[t * Dim + 1] = (float)(10 * Math.Log10(strength / (1 - strength)));
                if (!voiced[t]) rows.Slice(t * Dim + Always, Dim - Always).Clear();
                else Voiced(rows, t, t > 0 && voiced[t - 1], octaves[chosen], decibels.Slice(t * bins, bins));
            }
        }
        finally
        {
            ArrayPool<float>.Shared.Return(rented);
            ArrayPool<byte>.Shared.Return(path);
        }
    }

    private void Voiced(Span<float> rows, int t, bool voicedBefore, double octave, ReadOnlySpan<float> decibels)
    {
        double hz = PitchTracker.LowestHz * Math.Pow(2, octave);
        var values = rows.Slice(t * Dim + Always, Dim - Always);
        float first = Harmonic(decibels, hz);
        values[0] = (float)(12 * Math.Log2(hz / 100));
        values[1] = first - Harmonic(decibels, 2 * hz);
        values[2] = first - Max(decibels[_thirdFormant]);
        (values[3], values[4]) = (0, 0);
        if (!voicedBefore) return;
        var before = rows.Slice((t - 1) * Dim, Dim);
        values[3] = MathF.Abs(values[0] - before[Pitch]);
        values[4] = MathF.Abs(rows[t * Dim] - before[0]);
    }

    private static float Harmonic(ReadOnlySpan<float> decibels, double hz)
    {
        int bin = Math.Clamp((int)Math.Floor(hz * FftLength / IEmotionFrontEnd.SampleRateHz + 0.5), Leakage, decibels.Length - 1 - Leakage);
        return Max(decibels.Slice(bin - Leakage, 2 * Leakage + 1));
    }

    /// <summary>Writes a frame without its mean, windowed, zeros behind it; returns its level in dB of Kaldi's scale.</summary>
    private float Load(ReadOnlySpan<float> samples, Span<float> frame)
    {
        double sum = 0, squares = 0;
        foreach (float sample in samples)
        {
            double scaled = sample * (double)FullScale;
            sum += scaled;
            squares += scaled * scaled;
        }
        float mean = (float)(sum / FrameLength);
        for (int i = 0; i < FrameLength; i++) frame[i] = (samples[i] * FullScale - mean) * _window[i];
        frame[FrameLength..].Clear();
        return (float)(10 * Math.Log10(squares / FrameLength + 1));
    }

    private static void ToDecibels(ReadOnlySpan<float> power, Span<float> decibels)
    {
        const float scale = 4.3429448190325175f;
        int k = 0;
        for (; k + Vector256<float>.Count <= power.Length; k += Vector256<float>.Count)
            (Vector256.Log(Vector256.Create(power[k..])) * scale).CopyTo(decibels[k..]);
        for (; k < power.Length; k++) decibels[k] = MathF.Log(power[k]) * scale;
    }

    private static float Max(ReadOnlySpan<float> values)
    {
        float max = values[0];
        foreach (float value in values) max = Math.Max(max, value);
        return max;
    }

    private static Span<float> Take(ref Span<float> from, int length)
    {
        var taken = from[..length];
        from = from[length..];
        return taken;
    }
}
