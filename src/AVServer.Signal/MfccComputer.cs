using System.Numerics;

namespace AVServer.Signal;

/// <summary>
/// One frame of samples in, one vector of cepstral coefficients out. Holds tables only: one instance serves any number of streams and
/// threads.
/// </summary>
/// <remarks>Follows Kaldi feature-mfcc.cc; max difference 1e-3 on tests/golden/kaldi-features.</remarks>
public sealed class MfccComputer : IFeatureComputer
{
    private readonly FbankComputer _fbank;
    private readonly float[] _cosines;      // [ceps, mels], lifter included

    /// <exception cref="ArgumentException">An option is out of its range; the message names it.</exception>
    public MfccComputer(MfccOptions options)
    {
        int mels = options.Fbank.Mels;
        if (options.Ceps < 1 || options.Ceps > mels)
            throw new ArgumentException(
                $"MfccOptions.Ceps: expected 1 to {mels}, the number of mel bands, got {options.Ceps}.", nameof(options));
        if (!(options.Lifter >= 0))
            throw new ArgumentException($"MfccOptions.Lifter: expected 0 or more, got {options.Lifter}.", nameof(options));
        if (!(options.EnergyFloor >= 0))
            throw new ArgumentException($"MfccOptions.EnergyFloor: expected 0 or more, got {options.EnergyFloor}.", nameof(options));
        Options = options;
        _fbank = new FbankComputer(options.Fbank);
        _cosines = new float[options.Ceps * mels];
        for (int c = 0; c < options.Ceps; c++)
        {
            double norm = Math.Sqrt((c == 0 ? 1.0 : 2.0) / mels);
            double lift = options.Lifter == 0 ? 1 : 1 + options.Lifter / 2 * Math.Sin(Math.PI * c / options.Lifter);
            for (int m = 0; m < mels; m++) _cosines[c * mels + m] = (float)(lift * norm * Math.Cos(Math.PI / mels * (m + 0.5) * c));
        }
    }

    /// <summary>What the features are made of.</summary>
    public MfccOptions Options { get; }

    /// <inheritdoc/>
    public FrameGeometry Geometry => _fbank.Geometry;

    /// <inheritdoc/>
    public int Dim => Options.Ceps;

    /// <inheritdoc/>
    public int WorkspaceLength => _fbank.Dim + _fbank.WorkspaceLength;

    /// <summary>Computes one vector of coefficients.</summary>
    /// <param name="frame"><see cref="FrameGeometry.FrameLength"/> samples in [-1, 1), neither windowed nor scaled; not kept.</param>
    /// <param name="workspace">At least <see cref="WorkspaceLength"/> floats, overwritten.</param>
    /// <param name="features">Receives <see cref="Dim"/> coefficients, the zeroth (or the log energy) first.</param>
    /// <exception cref="ArgumentException">A length is not the one stated.</exception>
    public void Compute(ReadOnlySpan<float> frame, Span<float> workspace, Span<float> features)
    {
        if (features.Length != Dim) throw new ArgumentException($"Expected {Dim} coefficients, got {features.Length}.", nameof(features));
        if (workspace.Length < WorkspaceLength)
            throw new ArgumentException($"Expected at least {WorkspaceLength} floats, got {workspace.Length}.", nameof(workspace));
        var logMel = workspace[.._fbank.Dim];
        var rest = workspace[_fbank.Dim..];
        _fbank.Compute(frame, rest, logMel);
        for (int c = 0; c < features.Length; c++) features[c] = Dot(_cosines.AsSpan(c * logMel.Length, logMel.Length), logMel);
        if (!Options.UseEnergy) return;
        float energy = _fbank.LogEnergy(frame, rest);
        features[0] = Options.EnergyFloor > 0 ? MathF.Max(energy, MathF.Log(Options.EnergyFloor)) : energy;
    }

    private static float Dot(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        int i = 0;
        var sums = Vector<float>.Zero;
        for (; i + Vector<float>.Count <= a.Length; i += Vector<float>.Count) sums += new Vector<float>(a[i..]) * new Vector<float>(b[i..]);
        float sum = Vector.Sum(sums);
        for (; i < a.Length; i++) sum += a[i] * b[i];
        return sum;
    }
}
