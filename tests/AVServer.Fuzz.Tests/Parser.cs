using System.Diagnostics;
using System.Text;

namespace AVServer.Fuzz.Tests;

/// <summary>A place where bytes of strangers are read, and what may come of it.</summary>
/// <param name="Name">What it reads.</param>
/// <param name="Read">Reads one input.</param>
/// <param name="Seeds">Inputs to start from; the first is one that is read.</param>
/// <param name="Words">What it knows by name.</param>
/// <param name="Refusals">The only exceptions by which it may refuse an input.</param>
internal sealed record Parser(string Name, Action<byte[]> Read, IReadOnlyList<byte[]> Seeds, IReadOnlyList<byte[]> Words,
    params Type[] Refusals)
{
    // Far beyond what any input takes here, and far below what would hurt.
    private static readonly TimeSpan LongestTime = TimeSpan.FromSeconds(2);
    private const int Repeats = 3;

    /// <summary>Bytes that reading may allocate, whatever the input; beside them <see cref="BytesEach"/>.</summary>
    public long BytesAtMost { get; init; } = 1 << 20;

    /// <summary>Bytes that reading may allocate for each byte of input.</summary>
    public int BytesEach { get; init; } = 256;

    /// <summary>Seeds as text.</summary>
    public static byte[][] Text(params IEnumerable<string> texts) => [.. texts.Select(Encoding.UTF8.GetBytes)];

    /// <summary>Reads an input and judges how that went.</summary>
    /// <exception cref="FuzzException">It came to an exception that isn't documented, took too much memory or too long.</exception>
    public void Try(byte[] input)
    {
        var least = TimeSpan.MaxValue;
        // A machine that stands still for a moment is no fault of a parser: of what took long the shortest of some times counts.
        for (var i = 0; i < Repeats && least > LongestTime; i++)
        {
            var allocated = GC.GetAllocatedBytesForCurrentThread();
            var started = Stopwatch.GetTimestamp();
            try
            {
                Read(input);
            }
            catch (Exception exception) when (Refusals.Contains(exception.GetType()))
            {
                // Told as it should be.
            }
            catch (Exception exception)
            {
                throw new FuzzException($"{Name} came to {exception.GetType().Name} ({exception.Message})", input, exception);
            }
            var elapsed = Stopwatch.GetElapsedTime(started);
            if (elapsed < least) least = elapsed;
            allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
            if (allocated > BytesAtMost + ((long)BytesEach * input.Length)) throw new FuzzException($"{Name} allocated {allocated} bytes",
                input);
        }
        if (least > LongestTime) throw new FuzzException($"{Name} took {least.TotalSeconds:F2} s", input);
    }

    public override string ToString() => Name;
}

/// <summary>An input that a parser can't stand.</summary>
internal sealed class FuzzException(string what, byte[] input, Exception? inner = null)
    : Exception($"{what} of {input.Length} bytes: {Convert.ToHexString(input.AsSpan(0, Math.Min(input.Length, 600)))}", inner);
