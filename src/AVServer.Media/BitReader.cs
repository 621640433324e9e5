using System.Buffers.Binary;
using System.Numerics;

namespace AVServer.Media;

/// <summary>Reads bits from the highest to the lowest.</summary>
/// <param name="bytes">What is read; its end is the end of what can be read.</param>
internal ref struct BitReader(ReadOnlySpan<byte> bytes)
{
    private const int WindowBits = 64;
    private const int MaxRiceParameter = 31;

    private readonly ReadOnlySpan<byte> _bytes = bytes;
    private int _next;       // the first byte that isn't in the window
    private ulong _window;   // the next bits, at the top
    private int _count;      // of them

    /// <summary>Bits that were read.</summary>
    public readonly int Position => (_next * 8) - _count;

    /// <summary>Reads a number.</summary>
    /// <param name="bits">0 to 32.</param>
    public uint Read(int bits)
    {
        if (_count < bits) Fill();
        if (_count < bits) throw EndOfBytes();
        uint value = (uint)((_window >> 1) >> (WindowBits - 1 - bits));
        _window <<= bits;
        _count -= bits;
        return value;
    }

    /// <summary>Reads a number in two's complement.</summary>
    /// <param name="bits">0 to 32.</param>
    public int ReadSigned(int bits) => bits == 0 ? 0 : (int)(Read(bits) << (32 - bits)) >> (32 - bits);

    /// <summary>Reads zeros up to a one, and the one.</summary>
    /// <returns>How many zeros.</returns>
    public int ReadUnary()
    {
        int zeros = 0;
        while (true)
        {
            if (_count == 0) Fill();
            if (_count == 0) throw EndOfBytes();
            int leading = BitOperations.LeadingZeroCount(_window);
            if (leading < _count)
            {
                Skip(leading + 1);
                return zeros + leading;
            }

            zeros += _count;
            Skip(_count);
        }
    }

    /// <summary>Reads numbers in Rice code, signs folded in (RFC 9639, section 9.2.7.2).</summary>
    /// <param name="parameter">Bits of each that stand as they are, 0 to 30.</param>
    /// <param name="residual">Receives them.</param>
    public void ReadRice(int parameter, Span<int> residual)
    {
        ulong window = _window;
        int count = _count;
        for (int i = 0; i < residual.Length; i++)
        {
            if (count <= MaxRiceParameter + 1)
            {
                (_window, _count) = (window, count);
                Fill();
                (window, count) = (_window, _count);
            }

            int leading = BitOperations.LeadingZeroCount(window), taken = leading + 1 + parameter;
            uint folded;
            if (taken <= count && leading < MaxRiceParameter)
            {
                window <<= leading + 1;
                folded = ((uint)leading << parameter) | (uint)((window >> 1) >> (WindowBits - 1 - parameter));
                window <<= parameter;
                count -= taken;
                if ((uint)leading > uint.MaxValue >> parameter) throw TooLarge();
            }
            else
            {
                (_window, _count) = (window, count);
                int quotient = ReadUnary();
                if ((uint)quotient > uint.MaxValue >> parameter) throw TooLarge();
                folded = ((uint)quotient << parameter) | Read(parameter);
                (window, count) = (_window, _count);
            }

            residual[i] = (int)(folded >> 1) ^ -(int)(folded & 1);
        }

        (_window, _count) = (window, count);
    }

    /// <summary>Passes over what is left of a byte.</summary>
    /// <exception cref="InvalidDataException">It isn't zero.</exception>
    public void Align()
    {
        if (Read(_count % 8) != 0) throw new InvalidDataException("Expected zeros up to the end of a byte, got others.");
    }

    private void Skip(int bits)
    {
        _window = bits == WindowBits ? 0 : _window << bits;
        _count -= bits;
    }

    private void Fill()
    {
        if (_bytes.Length - _next >= sizeof(ulong))
        {
            // What lies beyond the count is in the window too, and is put there once more with the next bytes: it is the same.
            int whole = (WindowBits - 1 - _count) / 8;
            _window |= BinaryPrimitives.ReadUInt64BigEndian(_bytes[_next..]) >> _count;
            _next += whole;
            _count += whole * 8;
            return;
        }

        for (; _count <= WindowBits - 8 && _next < _bytes.Length; _count += 8)
            _window |= (ulong)_bytes[_next++] << (WindowBits - 8 - _count);
    }

    private static InvalidDataException EndOfBytes() => new("Expected more bits, got the end of them.");

    private static InvalidDataException TooLarge() => new("Expected a residual of at most 32 bits, got a larger one.");
}
