using System.Buffers.Binary;
using System.Text;

namespace AVServer.Media.Pull;

/// <summary>Reads values of AMF0 as far as answers of RTMP servers have them: numbers, flags, texts, objects of these, nothing.</summary>
internal static class AmfReader
{
    private const int MaxDepth = 8;

    /// <summary>All values of a command. What can't be read ends it.</summary>
    public static List<object?> Read(ReadOnlySpan<byte> bytes)
    {
        List<object?> values = [];
        while (!bytes.IsEmpty && TryRead(ref bytes, depth: 0, out var value)) values.Add(value);
        return values;
    }

    private static bool TryRead(ref ReadOnlySpan<byte> bytes, int depth, out object? value)
    {
        value = null;
        if (bytes.IsEmpty || depth > MaxDepth) return false;
        byte type = bytes[0];
        bytes = bytes[1..];
        switch (type)
        {
            case 0 when bytes.Length >= 8:
                value = BinaryPrimitives.ReadDoubleBigEndian(bytes);
                bytes = bytes[8..];
                return true;
            case 1 when bytes.Length >= 1:
                value = bytes[0] != 0;
                bytes = bytes[1..];
                return true;
            case 2:
                if (!TryReadText(ref bytes, out var text)) return false;
                value = text;
                return true;
            case 8 when bytes.Length >= 4:
                bytes = bytes[4..];   // how many there are, which their end tells too
                return TryReadObject(ref bytes, depth, out value);
            case 3:
                return TryReadObject(ref bytes, depth, out value);
            case 5 or 6:
                return true;
            default:
                return false;
        }
    }

    private static bool TryReadObject(ref ReadOnlySpan<byte> bytes, int depth, out object? value)
    {
        var members = new Dictionary<string, object?>();
        value = members;
        while (TryReadText(ref bytes, out var name))
        {
            if (name.Length == 0)
            {
                if (bytes.IsEmpty) return false;
                bytes = bytes[1..];
                return true;
            }

            if (!TryRead(ref bytes, depth + 1, out var member)) return false;
            members[name] = member;
        }

        return false;
    }

    private static bool TryReadText(ref ReadOnlySpan<byte> bytes, out string text)
    {
        text = "";
        if (bytes.Length < 2) return false;
        int length = BinaryPrimitives.ReadUInt16BigEndian(bytes);
        if (bytes.Length < 2 + length) return false;
        text = Encoding.UTF8.GetString(bytes.Slice(2, length));
        bytes = bytes[(2 + length)..];
        return true;
    }
}
