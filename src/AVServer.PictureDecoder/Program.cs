using System.Buffers.Binary;
using AVServer.Vision;

// Decodes the JPEG files of one stream in a process of its own, so that what a picture does to its decoder it does to nothing else.
//   in:  length of the file and the width that its header states (4 bytes each, little-endian), then the file; again and again
//   out: width and height of the picture, 0 and 0 where the bytes are none, then its rows of blue, green, red
// AVServer.Media's JpegDecoder talks to it. It ends when its input does.
const int MaxFileBytes = 1 << 28;   // what a chunk may have at most

using var input = Console.OpenStandardInput();
using var output = Console.OpenStandardOutput();
using var reader = new PictureReader();
var head = new byte[8];
var file = Array.Empty<byte>();
while (input.ReadAtLeast(head, head.Length, throwOnEndOfStream: false) == head.Length)
{
    var (length, width) = (BinaryPrimitives.ReadInt32LittleEndian(head), BinaryPrimitives.ReadInt32LittleEndian(head.AsSpan(4)));
    if (length is < 0 or > MaxFileBytes) return 1;
    if (file.Length < length) file = new byte[length];
    input.ReadExactly(file, 0, length);
    var isPicture = reader.TryReadJpeg(file.AsSpan(0, length), width, out var picture);
    BinaryPrimitives.WriteInt32LittleEndian(head, isPicture ? picture!.Width : 0);
    BinaryPrimitives.WriteInt32LittleEndian(head.AsSpan(4), isPicture ? picture!.Height : 0);
    output.Write(head);
    if (isPicture) output.Write(picture!.AsSpan<byte>());
    output.Flush();
}

return 0;
