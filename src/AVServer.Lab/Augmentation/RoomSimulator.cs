using System.Collections.Concurrent;
using System.Numerics;
using AVServer.Signal;

namespace AVServer.Lab.Augmentation;

/// <summary>Puts a signal into a room by convolution with the room's impulse response.</summary>
public static class RoomSimulator
{
    private const int LongestResponse = 16_000;
    private static readonly ConcurrentDictionary<int, RealFft> Transforms = new();

    /// <summary>Convolves, in place; the direct sound stays where it was, the level too.</summary>
    /// <param name="signal">Dry sound.</param>
    /// <param name="response">Impulse response; only its first second counts.</param>
    public static void Apply(Span<float> signal, ReadOnlySpan<float> response)
    {
        response = response[..Math.Min(response.Length, LongestResponse)];
        var direct = 0;
        for (var i = 1; i < response.Length; i++)
            if (Math.Abs(response[i]) > Math.Abs(response[direct])) direct = i;
        var before = Waveform.Rms(signal);
        var wet = Convolve(signal, response);
        for (var i = 0; i < signal.Length; i++) signal[i] = wet[i + direct];
        var after = Waveform.Rms(signal);
        if (after <= 0) return;
        foreach (ref var sample in signal) sample *= before / after;
    }

    /// <summary>A made-up room: exponentially decaying noise behind the direct sound.</summary>
    /// <param name="random">Its chances.</param>
    /// <param name="rt60Seconds">Time in which it decays by 60 dB.</param>
    /// <param name="directToReverberantDb">Power of the direct sound against all that follows.</param>
    public static float[] Response(Random random, double rt60Seconds, double directToReverberantDb)
    {
        var response = new float[(int)Math.Min(LongestResponse, rt60Seconds * 16_000) + 2];
        var tail = 0.0;
        for (var i = random.Next(20, 120); i < response.Length; i++)
        {
            response[i] = (float)((random.NextDouble() + random.NextDouble() - 1) * Math.Pow(10, -3 * i / (rt60Seconds * 16_000)));
            tail += response[i] * response[i];
        }
        response[0] = tail > 0 ? (float)Math.Sqrt(tail * Math.Pow(10, directToReverberantDb / 10)) : 1;
        return response;
    }

    private static float[] Convolve(ReadOnlySpan<float> signal, ReadOnlySpan<float> response)
    {
        var size = (int)BitOperations.RoundUpToPowerOf2((uint)(signal.Length + response.Length));
        var fft = Transforms.GetOrAdd(size, length => new RealFft(length));
        var workspace = new float[fft.WorkspaceLength];
        var padded = new float[size];
        var (re, im, re2, im2) = (new float[fft.Bins], new float[fft.Bins], new float[fft.Bins], new float[fft.Bins]);
        signal.CopyTo(padded);
        fft.Forward(padded, workspace, re, im);
        Array.Clear(padded);
        response.CopyTo(padded);
        fft.Forward(padded, workspace, re2, im2);
        // Back by way of the Hartley transform, which is its own inverse: H = Re − Im, and so again on H.
        for (var k = 0; k < fft.Bins; k++)
        {
            var (a, b) = ((re[k] * re2[k]) - (im[k] * im2[k]), (re[k] * im2[k]) + (im[k] * re2[k]));
            padded[k] = a - b;
            if (k > 0) padded[size - k] = a + b;
        }
        fft.Forward(padded, workspace, re, im);
        for (var n = 0; n < fft.Bins; n++)
        {
            padded[n] = (re[n] - im[n]) / size;
            if (n > 0) padded[size - n] = (re[n] + im[n]) / size;
        }
        return padded;
    }
}
