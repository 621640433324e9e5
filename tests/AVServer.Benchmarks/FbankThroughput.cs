using System.Diagnostics;
using AVServer.Signal;

namespace AVServer.Benchmarks;

/// <summary>
/// <c>fbank [seconds]</c>: seconds of sound per second of one core, streamed in 100 ms chunks, beside torchaudio's whole-file figure.
/// </summary>
internal static class FbankThroughput
{
    private const int Rate = 16_000;
    private const int ChunkSamples = 1_600;
    private const int Repetitions = 7;

    public static int Run(string[] args)
    {
        int seconds = args.Length > 0 ? int.Parse(args[0]) : 60;
        float[] samples = Noise(seconds * Rate);
        foreach (int mels in new[] { 80, 40 })
        {
            var computer = new FbankComputer(new FbankOptions { Mels = mels });
            Report($"AVServer.Signal, {mels} mels, chunks of 100 ms", seconds, Best(() => Stream(computer, samples)));
        }
        var gate = new EnergyGate(new FbankOptions());
        float[] features = Fbank.Compute(samples, new FbankOptions());
        Report("AVServer.Signal, energy gate alone", seconds, Best(() => Gate(gate, features)));
        Report("AVServer.Signal, resampler 48 kHz to 16 kHz", seconds / 3.0, Best(() => Resample(samples)));
        ReportTorchaudio(seconds);
        return 0;
    }

    private static void Stream(FbankComputer computer, ReadOnlySpan<float> samples)
    {
        var online = new OnlineFbank(computer, ChunkSamples);
        Span<float> logMel = stackalloc float[computer.Dim];
        for (; !samples.IsEmpty; samples = samples[ChunkSamples..])
        {
            online.AcceptSamples(samples[..ChunkSamples]);
            while (online.TryRead(logMel)) { }
        }
    }

    private static void Gate(EnergyGate gate, float[] features)
    {
        for (int i = 0; i + 80 <= features.Length; i += 80) gate.Next(features.AsSpan(i, 80));
    }

    private static void Resample(ReadOnlySpan<float> samples)
    {
        var resampler = new Resampler(48_000);
        var output = new float[resampler.MaxOutput(3 * ChunkSamples)];
        for (; samples.Length >= 3 * ChunkSamples; samples = samples[(3 * ChunkSamples)..])
            resampler.Convert(samples[..(3 * ChunkSamples)], output);
    }

    // The best of several: other work on the machine only ever adds time. The first two also warm the compiler up.
    private static TimeSpan Best(Action run)
    {
        var best = TimeSpan.MaxValue;
        for (int i = 0; i < Repetitions + 2; i++)
        {
            long start = Stopwatch.GetTimestamp();
            run();
            var took = Stopwatch.GetElapsedTime(start);
            if (i >= 2 && took < best) best = took;
        }
        return best;
    }

    private static void Report(string what, double seconds, TimeSpan took) =>
        Console.WriteLine($"{what}: {seconds / took.TotalSeconds:F0} x real time ({took.TotalMilliseconds:F2} ms for {seconds:F0} s)");

    private static void ReportTorchaudio(int seconds)
    {
        string script = Path.Combine(AppContext.BaseDirectory, "torchaudio_fbank.py");
        try
        {
            using var python = Process.Start(
                new ProcessStartInfo("/usr/bin/python3", [script, $"{seconds}", $"{Repetitions}"])
                {
                    RedirectStandardOutput = true,
                    RedirectStandardError = true
                })!;
            var errors = python.StandardError.ReadToEndAsync();
            Console.Write(python.StandardOutput.ReadToEnd());
            python.WaitForExit();
            if (python.ExitCode != 0) Console.WriteLine($"torchaudio: not measured: {errors.Result.Trim().Split('\n')[^1]}");
        }
        catch (System.ComponentModel.Win32Exception error)
        {
            Console.WriteLine($"torchaudio: not measured: /usr/bin/python3 does not start ({error.Message})");
        }
    }

    private static float[] Noise(int samples)
    {
        var random = new Random(1);
        var noise = new float[samples];
        for (int i = 0; i < samples; i++) noise[i] = (random.NextSingle() - 0.5f) * 0.2f;
        return noise;
    }
}
