namespace AVServer.Pipeline.Tests;

/// <summary>Sound as a file.</summary>
internal static class Wave
{
    private const int Rate = 16_000;

    /// <summary>A mono WAV file of 32-bit floats at 16 kHz.</summary>
    public static byte[] Of(float[] samples)
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        writer.Write("RIFF"u8);
        writer.Write(36 + (samples.Length * 4));
        writer.Write("WAVEfmt "u8);
        writer.Write(16);
        writer.Write((short)3);
        writer.Write((short)1);
        writer.Write(Rate);
        writer.Write(Rate * 4);
        writer.Write((short)4);
        writer.Write((short)32);
        writer.Write("data"u8);
        writer.Write(samples.Length * 4);
        foreach (var sample in samples) writer.Write(sample);
        return stream.ToArray();
    }
}
