using System.Globalization;
using AVServer.Media.Flac;

namespace AVServer.Media.Tests.Coded;

/// <summary>Bits that were written down by hand, after RFC 9639.</summary>
[Trait("Category", "unit")]
public sealed class FlacVectorTests
{
    [Theory]
    // Folded: 0 → 0, 1 → -1, 2 → 1, 3 → -2, 4 → 2; the quotient as zeros before a one, then the parameter's bits.
    [InlineData(0, "1 01 001 0001 00001", new[] { 0, -1, 1, -2, 2 })]
    [InlineData(2, "1 00  1 11  01 01  0001 10", new[] { 0, -2, -3, 7 })]
    [InlineData(3, "1 000  01 111", new[] { 0, -8 })]
    [InlineData(14, "1 00000000000001  01 11111111111110", new[] { -1, 16_383 })]
    // More zeros than the window of the reader holds.
    [InlineData(0, "0000000000000000000000000000000000000000000000000000000000000000000000000000000000 1  1", new[] { 41, 0 })]
    public void Rice_code_is_read_as_written_by_hand(int parameter, string bits, int[] expected)
    {
        var residual = new int[expected.Length];
        var reader = new BitReader(Bytes(bits));
        reader.ReadRice(parameter, residual);
        Assert.Equal(expected, residual);
        Assert.Equal(bits.Count(bit => bit != ' '), reader.Position);
    }

    [Theory]
    // A zero, six bits of kind, no wasted bits; then of 8 bits each:
    [InlineData("0 000000 0  11111110", new[] { -2, -2, -2, -2 })]                                                       // constant
    [InlineData("0 000001 0  00000001 11111111 01111111 10000000", new[] { 1, -1, 127, -128 })]                          // as it stands
    // Fixed of order 0, residual of method 0, one partition, parameter 0: 1, -1, 0, 2.
    [InlineData("0 001000 0  00 0000 0000  001 01 1 00001", new[] { 1, -1, 0, 2 })]
    // Order 1: 10, then steps of 1, 1, -1.
    [InlineData("0 001001 0  00001010  00 0000 0000  001 001 01", new[] { 10, 11, 12, 11 })]
    // Order 2: 1, 3, then the line goes on, bent by 0 and 1.
    [InlineData("0 001010 0  00000001 00000011  00 0000 0000  1 001", new[] { 1, 3, 5, 8 })]
    // Order 3: 0, 1, 4, then the parabola, 9.
    [InlineData("0 001011 0  00000000 00000001 00000100  00 0000 0000  1", new[] { 0, 1, 4, 9 })]
    // Order 4: 0, 1, 8, 27, then the cubic, 64, and one less than 125.
    [InlineData("0 001100 0  00000000 00000001 00001000 00011011  00 0000 0000  1 01", new[] { 0, 1, 8, 27, 64, 124 })]
    // Linear of order 2, coefficients of 4 bits, 3 and -2, shifted by 1: (3·2 - 2·4) / 2 = -1, and 1 beside; (3·0 - 2·2) / 2 = -2.
    [InlineData("0 100001 0  00000100 00000010  0011 00001  0011 1110  00 0000 0000  001 1", new[] { 4, 2, 0, -2 })]
    // The quotient is rounded down: (1·-1) / 2 = -1.
    [InlineData("0 100000 0  11111111  0001 00001  01  00 0000 0000  1", new[] { -1, -1 })]
    // Two partitions, parameters 1 and 0, in a code of 5 bits.
    [InlineData("0 001000 0  01 0001 00001  1 0 1 1  00000  01 1", new[] { 0, -1, -1, 0 })]
    // Escaped: residuals of 3 bits as they stand, and of none.
    [InlineData("0 001000 0  00 0001 1111 00011  011 100  1111 00000", new[] { 3, -4, 0, 0 })]
    // Two bits are never in use: a one, told by "01", stands for four.
    [InlineData("0 000001 1 01  000001 111111", new[] { 4, -4 })]
    public void Channel_is_read_as_written_by_hand(string bits, int[] expected)
    {
        var samples = new int[expected.Length];
        var reader = new BitReader(Bytes(bits));
        FlacSubframe.Read(ref reader, 8, samples);
        Assert.Equal(expected, samples);
        Assert.Equal(bits.Count(bit => bit != ' '), reader.Position);
    }

    [Theory]
    [InlineData("1 000000 0  00000000", 4)]                                  // a one where a zero has to be
    [InlineData("0 000010 0  00000000", 4)]                                  // kinds that there aren't
    [InlineData("0 011111 0  00000000", 4)]
    [InlineData("0 000001 0  00000000", 4)]                                  // too short
    [InlineData("0 000000 1 00000001 0", 4)]                                 // no bits are in use
    [InlineData("0 001001 0  01111111  00 0000 0000  001", 2)]               // beyond 8 bits
    [InlineData("0 001000 0  10 0000 0000  1 1 1 1", 4)]                     // a code that there isn't
    [InlineData("0 001000 0  00 0011 0000  1 1 1 1", 4)]                     // more partitions than samples
    [InlineData("0 001010 0  00000001 00000011  00 0010 0000 1", 4)]         // a partition shorter than what is predicted from
    [InlineData("0 100000 0  11111111  1111 00001  01  00 0000 0000  1", 2)] // coefficients of no length
    [InlineData("0 100000 0  11111111  0001 10001  01  00 0000 0000  1", 2)] // shifted the wrong way
    [InlineData("0 101111 0  11111111", 2)]                                  // predicted from more than there is
    public void Channel_that_nobody_writes_is_refused(string bits, int samples) => Assert.Throws<InvalidDataException>(() =>
    {
        var reader = new BitReader(Bytes(bits));
        FlacSubframe.Read(ref reader, 8, new int[samples]);
    });

    [Fact]
    public void Residual_beyond_32_bits_is_refused() => Assert.Throws<InvalidDataException>(() =>
    {
        var reader = new BitReader(Bytes("001 000000000000000000000000000000"));
        reader.ReadRice(31, new int[1]);
    });

    [Fact]
    public void Checksums_are_those_of_the_catalogue()
    {
        // CRC-8/SMBUS and CRC-16/UMTS of "123456789".
        Assert.Equal(0xF4, FlacChecksum.OfHeader("123456789"u8));
        Assert.Equal(0xFEE8, FlacChecksum.OfFrame("123456789"u8));
    }

    private static byte[] Bytes(string bits)
    {
        string digits = bits.Replace(" ", "", StringComparison.Ordinal);
        return
        [
            .. digits.PadRight((digits.Length + 7) / 8 * 8, '0').Chunk(8)
                .Select(each => byte.Parse(new string(each), NumberStyles.BinaryNumber, CultureInfo.InvariantCulture)),
        ];
    }
}
