using System.Buffers.Binary;
using System.Text;

namespace AVServer.Vision.Import;

/// <summary>A table of a FlatBuffers file, read in place; fields go by their number in the schema.</summary>
/// <remarks>
/// Layout: https://flatbuffers.dev/internals. Offsets that leave the file throw <see cref="ArgumentOutOfRangeException"/>.
/// </remarks>
internal readonly struct FlatTable
{
    private readonly ReadOnlyMemory<byte> _file;
    private readonly int _at;

    private FlatTable(ReadOnlyMemory<byte> file, int at)
    {
        _file = file;
        _at = at;
    }

    /// <summary>The file's outermost table.</summary>
    public static FlatTable Root(ReadOnlyMemory<byte> file) => new FlatTable(file, 0).Follow(0);

    public sbyte SByte(int field, sbyte absent = 0) => Place(field) is var at and > 0 ? (sbyte)_file.Span[at] : absent;

    public int Int32(int field, int absent = 0) => Place(field) is var at and > 0 ? ReadInt32(at) : absent;

    public string Text(int field) => Encoding.UTF8.GetString(Bytes(field).Span);

    public ReadOnlyMemory<byte> Bytes(int field)
    {
        var (start, count) = Vector(field);
        return _file.Slice(start, count);
    }

    public int[] Int32s(int field)
    {
        var (start, count) = Vector(field);
        var values = new int[count];
        for (var i = 0; i < count; i++) values[i] = ReadInt32(start + (4 * i));
        return values;
    }

    public FlatTable? Table(int field) => Place(field) is var at and > 0 ? Follow(at) : null;

    public FlatTable[] Tables(int field)
    {
        var (start, count) = Vector(field);
        var tables = new FlatTable[count];
        for (var i = 0; i < count; i++) tables[i] = Follow(start + (4 * i));
        return tables;
    }

    /// <summary>Where a field's value stands; 0 where the table lacks it.</summary>
    private int Place(int field)
    {
        var layout = _at - ReadInt32(_at);
        var slot = 4 + (2 * field);
        if (slot >= ReadUInt16(layout)) return 0;
        var offset = ReadUInt16(layout + slot);
        return offset == 0 ? 0 : _at + offset;
    }

    private (int Start, int Count) Vector(int field)
    {
        if (Place(field) is not (var at and > 0)) return (0, 0);
        var vector = at + ReadInt32(at);
        return (vector + 4, ReadInt32(vector));
    }

    private FlatTable Follow(int at) => new(_file, at + ReadInt32(at));

    private int ReadInt32(int at) => BinaryPrimitives.ReadInt32LittleEndian(_file.Span[at..]);

    private ushort ReadUInt16(int at) => BinaryPrimitives.ReadUInt16LittleEndian(_file.Span[at..]);
}
