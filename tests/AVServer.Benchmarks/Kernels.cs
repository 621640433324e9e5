using AVServer.Signal;
using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Running;

namespace AVServer.Benchmarks;

/// <summary><c>kernels</c>: BenchmarkDotNet on the steps of one fbank frame; ratios and allocations matter, not the nanoseconds.</summary>
[MemoryDiagnoser]
public class Kernels
{
    private readonly RealFft _fft = new(512);
    private readonly FbankComputer _fbank = new(new FbankOptions());
    private readonly EnergyGate _gate = new(new FbankOptions());
    private readonly float[] _samples = new float[512];
    private readonly float[] _workspace = new float[8192];
    private readonly float[] _power = new float[257];
    private readonly float[] _logMel = new float[80];

    internal static int Run(string[] args)
    {
        BenchmarkRunner.Run<Kernels>(args: args);
        return 0;
    }

    [GlobalSetup]
    public void FillSamples()
    {
        var random = new Random(1);
        for (int i = 0; i < _samples.Length; i++) _samples[i] = random.NextSingle() - 0.5f;
    }

    [Benchmark]
    public void PowerSpectrum512() => _fft.PowerSpectrum(_samples, _workspace, _power);

    [Benchmark(Baseline = true)]
    public void FbankFrame() => _fbank.Compute(_samples.AsSpan(0, 400), _workspace, _logMel);

    [Benchmark]
    public bool EnergyGateFrame() => _gate.Next(_logMel);
}
