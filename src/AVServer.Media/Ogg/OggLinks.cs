using System.Runtime.CompilerServices;

namespace AVServer.Media.Ogg;

/// <summary>
/// Takes a chained Ogg stream apart (RFC 3533, section 4): each link is a stream of its own, with its own rate, channels and clock.
/// </summary>
/// <remarks>
/// A link begins with pages that begin logical streams; the next one begins where such a page comes after others. One reader at a time.
/// </remarks>
/// <param name="input">The whole stream; the caller's.</param>
internal sealed class OggLinks(InputBytes input)
{
    private const int HeaderBytes = 27;
    private const int FlagsOffset = 5;
    private const int SegmentsOffset = 26;
    private const byte BeginsStream = 2;
    private const byte EndsStream = 4;

    private long _bodyLeft;
    private bool _hasMedia;
    private bool _ended;

    /// <summary>Whether the link that was read last came to its end: its last page is whole, and says that it is the last.</summary>
    public bool IsWhole => _ended && _bodyLeft == 0;

    /// <summary>Whether a file holds more than one link.</summary>
    public static async Task<bool> IsChainAsync(string path, CancellationToken cancellationToken)
    {
        await using var input = InputBytes.OfFile(path, cancellationToken);
        var links = new OggLinks(input);
        return await links.MoveNextAsync(cancellationToken).ConfigureAwait(false)
            && await links.SkipAsync(cancellationToken).ConfigureAwait(false)
            && await links.MoveNextAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Finds the next link.</summary>
    /// <returns>False at the end of the input.</returns>
    public async ValueTask<bool> MoveNextAsync(CancellationToken cancellationToken)
    {
        // What is left of the link before: its decoder took no more.
        if (_hasMedia) await SkipAsync(cancellationToken).ConfigureAwait(false);
        if (await input.ReadAsync(cancellationToken).ConfigureAwait(false) is not { } bytes) return false;
        input.Unread(bytes);
        (_hasMedia, _ended, _bodyLeft) = (false, false, 0);
        return true;
    }

    /// <summary>The bytes of the link, to its end.</summary>
    public async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var rest = ReadOnlyMemory<byte>.Empty;   // the beginning of a header
        while (await input.ReadAsync(cancellationToken).ConfigureAwait(false) is { } more)
        {
            var bytes = rest.IsEmpty ? more : (byte[])[.. rest.Span, .. more.Span];
            var (own, isNext) = Measure(bytes.Span);
            rest = bytes[own..];
            if (isNext) input.Unread(rest);
            if (own > 0) yield return bytes[..own];
            if (isNext) yield break;
        }

        if (rest.IsEmpty) yield break;
        _ended = false;
        yield return rest;
    }

    private async ValueTask<bool> SkipAsync(CancellationToken cancellationToken)
    {
        await foreach (var _ in ReadAsync(cancellationToken).ConfigureAwait(false)) { }
        return true;
    }

    // How many of the bytes are this link's for sure, and whether the next link begins behind them.
    private (int Own, bool IsNext) Measure(ReadOnlySpan<byte> bytes)
    {
        int at = 0;
        while (true)
        {
            int passed = (int)Math.Min(_bodyLeft, bytes.Length - at);
            _bodyLeft -= passed;
            at += passed;
            var page = bytes[at..];
            if (page.Length >= 4 && !page.StartsWith("OggS"u8))
            {
                // Damage: the next page is looked for, and the decoder does the same.
                int next = page[1..].IndexOf("OggS"u8);
                at += next >= 0 ? next + 1 : page.Length - 3;
                if (next < 0) return (at, false);
                continue;
            }

            if (page.Length < HeaderBytes || page.Length < HeaderBytes + page[SegmentsOffset]) return (at, false);
            bool begins = (page[FlagsOffset] & BeginsStream) != 0;
            if (begins && _hasMedia) return (at, true);
            _hasMedia |= !begins;
            _ended = (page[FlagsOffset] & EndsStream) != 0;
            int segments = page[SegmentsOffset];
            foreach (byte segment in page.Slice(HeaderBytes, segments)) _bodyLeft += segment;
            at += HeaderBytes + segments;
        }
    }
}
