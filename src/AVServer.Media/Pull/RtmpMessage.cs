namespace AVServer.Media.Pull;

/// <summary>A message of RTMP.</summary>
/// <param name="Type">One of <see cref="RtmpMessageTypes"/>, or another.</param>
/// <param name="Timestamp">Milliseconds, modulo 2³².</param>
/// <param name="Body">What it holds.</param>
internal sealed record RtmpMessage(byte Type, uint Timestamp, ReadOnlyMemory<byte> Body);

/// <summary>Types of messages that are read or written.</summary>
internal static class RtmpMessageTypes
{
    public const byte ChunkSize = 1;
    public const byte Abort = 2;
    public const byte Acknowledgement = 3;
    public const byte UserControl = 4;
    public const byte WindowSize = 5;
    public const byte Sound = 8;
    public const byte Picture = 9;
    public const byte Metadata = 18;
    public const byte Command = 20;
    public const byte Aggregate = 22;
}
