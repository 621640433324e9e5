using System.Buffers;
using System.Numerics;

namespace AVServer.Media.Matroska;

/// <summary>Identifier and size of one EBML element (RFC 8794, sections 4 to 6).</summary>
/// <param name="Id">With its length marker, as the Matroska specification lists them.</param>
/// <param name="Size">Bytes of the body; <see cref="UnknownSize"/> if the element ends where its parent's next child begins.</param>
/// <param name="Length">Bytes of identifier and size together.</param>
internal readonly record struct EbmlHeader(uint Id, long Size, int Length)
{
    public const long UnknownSize = -1;
    private const int MaxLength = 12;

    /// <summary>Reads the header at the beginning of <paramref name="bytes"/>.</summary>
    /// <returns>False if more bytes are needed.</returns>
    /// <exception cref="InvalidDataException">The bytes can't be a header.</exception>
    public static bool TryRead(in ReadOnlySequence<byte> bytes, out EbmlHeader header)
    {
        header = default;
        Span<byte> head = stackalloc byte[MaxLength];
        int available = (int)Math.Min(MaxLength, bytes.Length);
        bytes.Slice(0, available).CopyTo(head);
        head = head[..available];
        if (head.IsEmpty) return false;

        int idLength = VintLength(head[0], 4, "identifier");
        if (available <= idLength) return false;
        uint id = 0;
        foreach (byte part in head[..idLength]) id = (id << 8) | part;

        int sizeLength = VintLength(head[idLength], 8, "size");
        if (available < idLength + sizeLength) return false;
        long size = head[idLength] & (0xFF >> sizeLength);
        bool unknown = size == 0xFF >> sizeLength;
        foreach (byte part in head.Slice(idLength + 1, sizeLength - 1))
        {
            size = (size << 8) | part;
            unknown &= part == 0xFF;
        }

        header = new EbmlHeader(id, unknown ? UnknownSize : size, idLength + sizeLength);
        return true;
    }

    private static int VintLength(byte first, int most, string what)
    {
        int length = BitOperations.LeadingZeroCount((uint)first << 24) + 1;
        return length <= most ? length
            : throw new InvalidDataException($"Expected an element's {what} of at most {most} bytes, got a first byte of 0x{first:X2}.");
    }
}
