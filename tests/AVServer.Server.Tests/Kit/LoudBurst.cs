using System.Buffers.Binary;

namespace AVServer.Server.Tests.Kit;

/// <summary>
/// Four seconds of a quiet room with 0.3 s of loud noise in it, 16 kHz, 16 bit little-endian: the word of the model that hears loudness.
/// </summary>
internal static class LoudBurst
{
    public const double StartSeconds = 2.0;
    private const int Rate = 16_000;

    public static byte[] Make()
    {
        var random = new Random(1);
        var bytes = new byte[4 * Rate * 2];
        for (var i = 0; i < bytes.Length / 2; i++)
        {
            var isLoud = i >= StartSeconds * Rate && i < (StartSeconds + 0.3) * Rate;
            BinaryPrimitives.WriteInt16LittleEndian(bytes.AsSpan(2 * i), (short)((random.NextDouble() - 0.5) * (isLoud ? 30_000 : 20)));
        }
        return bytes;
    }
}
