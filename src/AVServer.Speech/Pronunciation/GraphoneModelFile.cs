using System.Collections.Immutable;
using System.IO.Compression;
using System.Text;

namespace AVServer.Speech;

/// <summary>
/// A <see cref="GraphoneModel"/> as a file: five bytes of name and version, then packed by Brotli the graphones and the nodes, each member
/// of all nodes together.
/// </summary>
internal static class GraphoneModelFile
{
    private const int MaxNodes = 4_000_000;

    private static ReadOnlySpan<byte> Signature => "AVLP\u0001"u8;

    public static GraphoneModel Read(Stream source)
    {
        Span<byte> signature = stackalloc byte[Signature.Length];
        if (source.ReadAtLeast(signature, signature.Length, throwOnEndOfStream: false) < signature.Length
            || !signature.SequenceEqual(Signature))
            throw new InvalidDataException("Expected a letters-to-phones model of format 1, got something else.");
        try
        {
            using var packed = new BrotliStream(source, CompressionMode.Decompress, leaveOpen: true);
            using var reader = new BinaryReader(packed, Encoding.ASCII);
            var graphones = new Graphone[Bounded(reader.ReadInt32(), ushort.MaxValue)];
            for (var i = 0; i < graphones.Length; i++) graphones[i] = ReadGraphone(reader);
            var count = Bounded(reader.ReadInt32(), MaxNodes);
            var children = new int[count];
            for (var i = 0; i < count; i++) children[i] = reader.Read7BitEncodedInt();
            var (low, high, probabilities, backoffs) =
                (Plane(reader, count), Plane(reader, count), Plane(reader, count), Plane(reader, count));
            var nodes = new GraphoneNode[count];
            for (var i = 0; i < count; i++)
                nodes[i] = new GraphoneNode((ushort)(low[i] | (high[i] << 8)), probabilities[i], backoffs[i], children[i]);
            if (packed.ReadByte() >= 0) throw new InvalidDataException("Expected the file to end behind its nodes, found more.");
            return new GraphoneModel([.. graphones], nodes);
        }
        catch (Exception e)
            when (e is IOException or FormatException or InvalidOperationException or ArgumentException or OverflowException)
        {
            throw new InvalidDataException("Expected a whole letters-to-phones model, got a damaged one.", e);
        }
    }

    public static void Write(GraphoneModel model, Stream destination)
    {
        destination.Write(Signature);
        using var packed = new BrotliStream(destination, new BrotliCompressionOptions { Quality = 11 }, leaveOpen: true);
        using var writer = new BinaryWriter(packed, Encoding.ASCII, leaveOpen: true);
        writer.Write(model.Graphones.Length);
        foreach (var graphone in model.Graphones) WriteGraphone(writer, graphone);
        writer.Write(model.Count);
        for (var i = 0; i < model.Count; i++) writer.Write7BitEncodedInt(model[i].Children);
        for (var i = 0; i < model.Count; i++) writer.Write((byte)model[i].Symbol);
        for (var i = 0; i < model.Count; i++) writer.Write((byte)(model[i].Symbol >> 8));
        for (var i = 0; i < model.Count; i++) writer.Write(model[i].LogProbability);
        for (var i = 0; i < model.Count; i++) writer.Write(model[i].Backoff);
    }

    private static Graphone ReadGraphone(BinaryReader reader)
    {
        var letters = Encoding.ASCII.GetString(Plane(reader, Bounded(reader.ReadByte(), Graphone.Longest)));
        var phones = Plane(reader, Bounded(reader.ReadByte(), Graphone.Longest));
        if (letters.Length == 0 || phones.Any(phone => phone >= PhoneSet.Count))
            throw new InvalidDataException("Expected letters and phones that exist, got others.");
        return new Graphone(letters, ImmutableArray.CreateRange(phones.Select(phone => (Phone)phone)));
    }

    private static void WriteGraphone(BinaryWriter writer, Graphone graphone)
    {
        writer.Write((byte)graphone.Letters.Length);
        writer.Write(Encoding.ASCII.GetBytes(graphone.Letters));
        writer.Write((byte)graphone.Phones.Length);
        foreach (var phone in graphone.Phones) writer.Write((byte)phone);
    }

    private static int Bounded(int count, int most) =>
        count >= 0 && count <= most ? count : throw new InvalidDataException($"Expected at most {most}, got {count}.");

    private static byte[] Plane(BinaryReader reader, int count)
    {
        var bytes = reader.ReadBytes(count);
        return bytes.Length == count ? bytes : throw new EndOfStreamException();
    }
}
