using System.Runtime.InteropServices;
using AVServer.TestKit;

namespace AVServer.Signal.Tests;

/// <summary>Reads expected values.</summary>
internal static class GoldenSignal
{
    public static float[] Floats(string source, string file) =>
        MemoryMarshal.Cast<byte, float>(File.ReadAllBytes(TestPaths.Golden(source, file))).ToArray();

    /// <summary>Samples in [-1, 1) of a file of 16-bit integers.</summary>
    public static float[] Samples(string source, string file) =>
        Array.ConvertAll(
            MemoryMarshal.Cast<byte, short>(File.ReadAllBytes(TestPaths.Golden(source, file))).ToArray(), sample => sample / 32768f);

    public static double MaxDifference(ReadOnlySpan<float> expected, ReadOnlySpan<float> got)
    {
        Assert.Equal(expected.Length, got.Length);
        double max = 0;
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.True(float.IsFinite(got[i]), $"Value {i} is {got[i]}.");
            max = Math.Max(max, Math.Abs((double)expected[i] - got[i]));
        }
        return max;
    }
}
