using System.Buffers.Binary;
using System.Text;
using FsCheck;
using FsCheck.Fluent;

namespace AVServer.Fuzz.Tests;

/// <summary>
/// An input that was changed: the first number names the seed that it was, each further one a change, with its place and value. Numbers and
/// not bytes are what FsCheck makes and shrinks, so that what it tells of a fault is the seed and the one or two changes that matter.
/// </summary>
internal static class Mutation
{
    private const int Kinds = 10;

    // Where lengths, counts and times go wrong.
    private static readonly long[] Numbers =
    [
        0, 1, -1, 2, 7, 8, 127, 128, 255, 256, 32_767, 32_768, 65_535, 65_536, int.MaxValue, int.MinValue, 0x7FFF_F000, uint.MaxValue,
        1L << 32, 1L << 53, long.MaxValue, long.MinValue, long.MaxValue - 16, TimeSpan.TicksPerDay * 3_650,
    ];

    private static readonly byte[][] Texts =
    [
        .. ((string[])
        [
            "\0", "\"", "\\", "{", "}", "[", "]", ",", ":", "null", "true", "-1", "1e999", "-0.0", "9223372036854775807",
            "99999999999999999999999", "0.1e-400", "\\ud800", "\\u0000", "\ufeff", "𝕏", "é", "\r\n", "\n", "*", "=", "|", "..", "//",
            "%2F",
        ]).Select(Encoding.UTF8.GetBytes),
        [0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF],
    ];

    /// <summary>Makes descriptions of inputs: more changes, the longer a run goes on.</summary>
    public static Arbitrary<int[]> Inputs { get; } = Arb.From(
        Gen.Choose(int.MinValue, int.MaxValue).ArrayOf(), numbers => Enumerable.Range(0, numbers.Length).Select(gone => Without(numbers,
            gone)));

    /// <summary>Makes the input of a description.</summary>
    /// <param name="numbers">The description.</param>
    /// <param name="seeds">Inputs that are well formed, or were found to be of interest; at least one.</param>
    /// <param name="words">What the parser knows by name.</param>
    public static byte[] Apply(int[] numbers, IReadOnlyList<byte[]> seeds, IReadOnlyList<byte[]> words)
    {
        var input = Pick(seeds, numbers.Length == 0 ? 0 : Mix((ulong)numbers[0]));
        foreach (var number in numbers.Skip(1)) input = Change(input, Mix((ulong)number), seeds, words);
        return input;
    }

    private static byte[] Change(byte[] input, ulong random, IReadOnlyList<byte[]> seeds, IReadOnlyList<byte[]> words)
    {
        var kind = (int)(random % Kinds);
        var (place, value) = (Mix(random), Mix(random + 1));
        var at = (int)(place % (ulong)(input.Length + 1));
        var length = (int)(value % (ulong)Math.Min(1 + input.Length - at, 1 << (int)(place >> 60)));
        return kind switch
        {
            0 => Overwrite(input, at, [(byte)((at < input.Length ? input[at] : 0) ^ (1 << (int)(value & 7)))]),
            1 => Overwrite(input, at, [(byte)value]),
            2 or 3 => Overwrite(input, at, NumberOf(value)),
            4 => Replace(input, at, length, []),
            5 => Replace(input, at, 0, input.AsSpan(at, length)),
            6 => Replace(input, at, 0, Pick(Texts, value)),
            7 => words.Count == 0 ? Replace(input, at, length, Pick(Texts, value)) : Replace(input, at, Math.Min((int)(place >> 62),
                input.Length - at), Pick(words, value)),
            8 => Replace(input, at, input.Length - at, Tail(Pick(seeds, value), place)),
            _ => input[..at],
        };
    }

    private static byte[] NumberOf(ulong value)
    {
        var bytes = new byte[8];
        var number = Numbers[(int)(value % (ulong)Numbers.Length)] + ((value >> 40) % 8 == 0 ? (long)((value >> 50) % 32) - 16 : 0);
        var isBigEndian = (value >> 32) % 2 == 0;
        if (isBigEndian) BinaryPrimitives.WriteInt64BigEndian(bytes, number);
        else BinaryPrimitives.WriteInt64LittleEndian(bytes, number);
        var length = 1 << (int)((value >> 34) % 4);
        return isBigEndian ? bytes[^length..] : bytes[..length];
    }

    private static byte[] Overwrite(byte[] input, int at, ReadOnlySpan<byte> by) => Replace(input, at, Math.Min(by.Length,
        input.Length - at), by);

    private static byte[] Replace(byte[] input, int at, int length, ReadOnlySpan<byte> by) => [.. input.AsSpan(0, at), .. by,
        .. input.AsSpan(at + length)];

    private static ReadOnlySpan<byte> Tail(byte[] seed, ulong place) => seed.AsSpan((int)(place % (ulong)(seed.Length + 1)));

    private static byte[] Pick(IReadOnlyList<byte[]> among, ulong random) => among[(int)(random % (ulong)among.Count)];

    private static int[] Without(int[] numbers, int gone) => [.. numbers.Where((_, i) => i != gone)];

    // SplitMix64: each number is a random one of its own.
    private static ulong Mix(ulong number)
    {
        number += 0x9E3779B97F4A7C15;
        number = (number ^ (number >> 30)) * 0xBF58476D1CE4E5B9;
        number = (number ^ (number >> 27)) * 0x94D049BB133111EB;
        return number ^ (number >> 31);
    }
}
