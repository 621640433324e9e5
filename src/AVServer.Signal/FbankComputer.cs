using System.Numerics;
using System.Runtime.Intrinsics;

namespace AVServer.Signal;

/// <summary>
/// One frame of samples in, one log-mel vector out. Holds tables only: one instance serves any number of streams and threads.
/// </summary>
/// <remarks>Follows Kaldi feature-fbank.cc; max difference 1e-3 on tests/golden/kaldi-features.</remarks>
public sealed class FbankComputer : IFeatureComputer
{
    /// <summary>Kaldi's samples are 16-bit integers.</summary>
    private const float KaldiScale = 32768;

    private readonly RealFft _fft;
    private readonly MelBank _mels;
    private readonly float[] _window;
    private readonly float[] _noise;    // [mels], or nothing

    /// <exception cref="ArgumentException">An option is out of its range; the message names it.</exception>
    public FbankComputer(FbankOptions options)
    {
        Geometry = options.ToGeometry();
        Options = options;
        _fft = new RealFft((int)BitOperations.RoundUpToPowerOf2((uint)Geometry.FrameLength));
        _mels = new MelBank(options, _fft.Length);
        _window = WindowOf(options.Window, Geometry.FrameLength);
        _noise = options.NoiseVariance > 0 ? NoiseEnergies(options) : [];
    }

    /// <summary>What the features are made of.</summary>
    public FbankOptions Options { get; }

    /// <inheritdoc/>
    public FrameGeometry Geometry { get; }

    /// <summary>Length of a vector: the number of mel bands.</summary>
    public int Dim => Options.Mels;

    /// <inheritdoc/>
    public int WorkspaceLength => _fft.Length + _fft.Bins + _fft.WorkspaceLength;

    /// <summary>Computes one log-mel vector.</summary>
    /// <param name="frame"><see cref="FrameGeometry.FrameLength"/> samples in [-1, 1), neither windowed nor scaled; not kept.</param>
    /// <param name="workspace">At least <see cref="WorkspaceLength"/> floats, overwritten.</param>
    /// <param name="features">Receives <see cref="Dim"/> natural logarithms of band energies, at least <c>log(LogFloor)</c>.</param>
    /// <exception cref="ArgumentException">A length is not the one stated.</exception>
    public void Compute(ReadOnlySpan<float> frame, Span<float> workspace, Span<float> features)
    {
        RequireLengths(frame, workspace, features);
        var padded = workspace[.._fft.Length];
        var power = workspace.Slice(_fft.Length, _fft.Bins);
        Centre(frame, padded);
        Taper(padded[..frame.Length]);
        padded[frame.Length..].Clear();
        _fft.PowerSpectrum(padded, workspace[(_fft.Length + _fft.Bins)..], power);
        _mels.Apply(power, features);
        if (_noise.Length > 0) Add(features, _noise);
        Log(features);
    }

    /// <summary>Natural logarithm of a frame's energy before preemphasis and window, Kaldi's "raw" log energy.</summary>
    /// <param name="frame">As for <see cref="Compute"/>.</param>
    /// <param name="workspace">As for <see cref="Compute"/>.</param>
    /// <exception cref="ArgumentException">A length is not the one stated.</exception>
    public float LogEnergy(ReadOnlySpan<float> frame, Span<float> workspace)
    {
        RequireLengths(frame, workspace, default, checkFeatures: false);
        var centred = workspace[..frame.Length];
        Centre(frame, centred);
        float energy = 0;
        foreach (float sample in centred) energy += sample * sample;
        return MathF.Log(MathF.Max(energy, Options.LogFloor));
    }

    // To Kaldi's scale, and the frame's mean off where asked.
    private void Centre(ReadOnlySpan<float> frame, Span<float> centred)
    {
        int whole = frame.Length & ~7, i = 0;
        float mean = Options.RemoveDcOffset ? Mean(frame) : 0;
        for (; i < whole; i += 8) ((Vector256.Create(frame[i..]) - Vector256.Create(mean)) * KaldiScale).CopyTo(centred[i..]);
        for (; i < frame.Length; i++) centred[i] = (frame[i] - mean) * KaldiScale;
    }

    private static float Mean(ReadOnlySpan<float> frame)
    {
        int whole = frame.Length & ~7, i = 0;
        var sums = Vector256<float>.Zero;
        for (; i < whole; i += 8) sums += Vector256.Create(frame[i..]);
        float sum = Vector256.Sum(sums);
        for (; i < frame.Length; i++) sum += frame[i];
        return sum / frame.Length;
    }

    // Preemphasis (the first sample is its own predecessor) and window, from the end because each sample needs the original one before it.
    private void Taper(Span<float> samples)
    {
        float preemphasis = Options.Preemphasis;
        int i = samples.Length - 8;
        for (; i >= 1; i -= 8)
        {
            Vector256<float> sample = Vector256.Create<float>(samples[i..]), previous = Vector256.Create<float>(samples[(i - 1)..]);
            ((sample - previous * preemphasis) * Vector256.Create<float>(_window.AsSpan(i))).CopyTo(samples[i..]);
        }
        for (i += 7; i >= 1; i--) samples[i] = (samples[i] - preemphasis * samples[i - 1]) * _window[i];
        samples[0] = (samples[0] - preemphasis * samples[0]) * _window[0];
    }

    // White noise behind preemphasis and window has the power r0 + 2·r1·cos ω, r0 and r1 its first two autocorrelations.
    private float[] NoiseEnergies(FbankOptions options)
    {
        double squares = 0, neighbours = 0;
        for (int i = 0; i < _window.Length; i++)
        {
            squares += _window[i] * _window[i];
            if (i > 0) neighbours += _window[i] * _window[i - 1];
        }
        double a = options.Preemphasis, r0 = (1 + (a * a)) * squares, r1 = -a * neighbours;
        var power = new float[_fft.Bins];
        for (int bin = 0; bin < power.Length; bin++)
            power[bin] = (float)(options.NoiseVariance * (r0 + (2 * r1 * Math.Cos(2 * Math.PI * bin / _fft.Length))));
        var energies = new float[options.Mels];
        _mels.Apply(power, energies);
        return energies;
    }

    private static void Add(Span<float> values, ReadOnlySpan<float> added)
    {
        for (int i = 0; i < values.Length; i++) values[i] += added[i];
    }

    private void Log(Span<float> energies)
    {
        int i = 0;
        var floor = Vector256.Create(Options.LogFloor);
        for (; i + 8 <= energies.Length; i += 8)
            Vector256.Log(Vector256.Max(Vector256.Create<float>(energies[i..]), floor)).CopyTo(energies[i..]);
        for (; i < energies.Length; i++) energies[i] = MathF.Log(MathF.Max(energies[i], Options.LogFloor));
    }

    private static float[] WindowOf(FrameWindow window, int length)
    {
        var taper = new float[length];
        for (int i = 0; i < length; i++)
        {
            double cos = Math.Cos(2 * Math.PI * i / (length - 1));
            taper[i] = (float)(window switch
            {
                FrameWindow.Povey => Math.Pow(0.5 - 0.5 * cos, 0.85),
                FrameWindow.Hamming => 0.54 - 0.46 * cos,
                FrameWindow.Hanning => 0.5 - 0.5 * cos,
                _ => throw new ArgumentException($"FbankOptions.Window: expected povey, hamming or hanning, got {window}.", nameof(window)),
            });
        }
        return taper;
    }

    private void RequireLengths(ReadOnlySpan<float> frame, Span<float> workspace, Span<float> features, bool checkFeatures = true)
    {
        if (frame.Length != Geometry.FrameLength)
            throw new ArgumentException($"Expected {Geometry.FrameLength} samples, got {frame.Length}.", nameof(frame));
        if (workspace.Length < WorkspaceLength)
            throw new ArgumentException($"Expected at least {WorkspaceLength} floats, got {workspace.Length}.", nameof(workspace));
        if (checkFeatures && features.Length != Dim)
            throw new ArgumentException($"Expected {Dim} mel bands, got {features.Length}.", nameof(features));
    }
}
