using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace AVServer.Media.Pull;

/// <summary>Writes values of AMF0, in which RTMP's commands are.</summary>
internal sealed class AmfWriter
{
    private readonly ArrayBufferWriter<byte> _bytes = new();

    public ReadOnlyMemory<byte> Written => _bytes.WrittenMemory;

    public AmfWriter Number(double value)
    {
        var to = _bytes.GetSpan(9);
        to[0] = 0;
        BinaryPrimitives.WriteDoubleBigEndian(to[1..], value);
        _bytes.Advance(9);
        return this;
    }

    public AmfWriter Text(string value)
    {
        Mark(2);
        Name(value);
        return this;
    }

    public AmfWriter Null()
    {
        Mark(5);
        return this;
    }

    /// <summary>An object of texts and numbers.</summary>
    public AmfWriter Object(params (string Name, object Value)[] members)
    {
        Mark(3);
        foreach (var (name, value) in members)
        {
            Name(name);
            if (value is string text) Text(text);
            else Number((double)value);
        }

        Mark(0, 0, 9);
        return this;
    }

    private void Mark(params ReadOnlySpan<byte> bytes) => _bytes.Write(bytes);

    private void Name(string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        var to = _bytes.GetSpan(2);
        BinaryPrimitives.WriteUInt16BigEndian(to, checked((ushort)bytes.Length));
        _bytes.Advance(2);
        _bytes.Write(bytes);
    }
}
