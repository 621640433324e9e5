using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using AVServer.Contracts;

namespace AVServer.Media.Pull;

/// <summary>
/// What an RTMP server plays, as FLV, whose tags RTMP's messages are. Spoken here, so that no decoder needs a network and no command line
/// shows a stream's key.
/// </summary>
internal sealed class RtmpMedia : IAsyncDisposable
{
    private const int HandshakeBytes = 1_536;
    private const byte Version = 3;
    private const uint MediaStream = 1;   // what servers call the first
    private const int TagHeaderBytes = 11;
    private const int TagTrailerBytes = 4;

    private readonly Stream _peer;
    private readonly RtmpChunks _chunks;

    private RtmpMedia(Stream peer) => (_peer, _chunks) = (peer, new RtmpChunks(peer));

    /// <summary>Connects and has it play.</summary>
    /// <exception cref="MediaException">It may not be reached, can't be, or doesn't play it.</exception>
    public static async Task<RtmpMedia> OpenAsync(SourceAddress address, GuardedDialer dialer, CancellationToken cancellationToken)
    {
        var peer = await dialer.ConnectAsync(address, cancellationToken).ConfigureAwait(false);
        var media = new RtmpMedia(peer);
        try
        {
            await media.ShakeHandsAsync(cancellationToken).ConfigureAwait(false);
            await media.PlayAsync(address, cancellationToken).ConfigureAwait(false);
            return media;
        }
        catch (IOException e)
        {
            await media.DisposeAsync().ConfigureAwait(false);
            throw PullFault.Broke(e);
        }
        catch
        {
            await media.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>The media to its end.</summary>
    /// <exception cref="MediaException">Thrown by the enumeration: the connection broke.</exception>
    public async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        yield return "FLV\u0001\u0005\0\0\0\u0009\0\0\0\0"u8.ToArray();
        while (await NextAsync(cancellationToken).ConfigureAwait(false) is { } message)
        {
            if (message.Type is RtmpMessageTypes.Sound or RtmpMessageTypes.Picture or RtmpMessageTypes.Metadata)
                yield return Tag(message.Type, message.Timestamp, message.Body.Span);
            else if (message.Type == RtmpMessageTypes.Aggregate)
                foreach (var tag in TagsOf(message)) yield return tag;
            else if (message.Type == RtmpMessageTypes.Command && IsEnd(message)) yield break;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _chunks.DisposeAsync().ConfigureAwait(false);
        await _peer.DisposeAsync().ConfigureAwait(false);
    }

    private async Task ShakeHandsAsync(CancellationToken cancellationToken)
    {
        byte[] own = new byte[1 + HandshakeBytes];
        RandomNumberGenerator.Fill(own.AsSpan(9));
        own[0] = Version;
        await _peer.WriteAsync(own, cancellationToken).ConfigureAwait(false);
        byte[] theirs = new byte[1 + (2 * HandshakeBytes)];
        try
        {
            await _peer.ReadExactlyAsync(theirs, cancellationToken).ConfigureAwait(false);
        }
        catch (EndOfStreamException e)
        {
            throw PullFault.Broke(e);
        }

        if (theirs[0] != Version)
            throw new MediaException(FaultCodes.Undecodable, "Expected a source that speaks RTMP, got something else.");
        await _peer.WriteAsync(theirs.AsMemory(1, HandshakeBytes), cancellationToken).ConfigureAwait(false);
    }

    private async Task PlayAsync(SourceAddress address, CancellationToken cancellationToken)
    {
        var path = address.PathAndQuery.TrimStart('/');
        var query = path.IndexOf('?');
        var slash = path.LastIndexOf('/', query < 0 ? path.Length - 1 : query);
        if (slash <= 0)
            throw new MediaException(
                FaultCodes.BadRequest, "Expected an address like 'rtmp://host/application/stream', got one without the two parts.");
        var (application, name) = (path[..slash], path[(slash + 1)..]);
        string server = address.Target[..address.Target.IndexOf(address.PathAndQuery, StringComparison.Ordinal)];
        await CommandAsync(3, 0, new AmfWriter().Text("connect").Number(1).Object(
            ("app", application), ("flashVer", "LNX 9,0,124,2"), ("tcUrl", $"{server}/{application}"), ("capabilities", 15d),
            ("audioCodecs", 4071d), ("videoCodecs", 252d), ("videoFunction", 1d)), cancellationToken).ConfigureAwait(false);
        await AnsweredAsync(1, cancellationToken).ConfigureAwait(false);
        await CommandAsync(3, 0, new AmfWriter().Text("createStream").Number(2).Null(), cancellationToken).ConfigureAwait(false);
        var stream = await AnsweredAsync(2, cancellationToken).ConfigureAwait(false) is double id and >= 0 and < uint.MaxValue
            ? (uint)id
            : MediaStream;
        var play = new AmfWriter().Text("play").Number(3).Null().Text(name).Number(-2_000);
        await CommandAsync(8, stream, play, cancellationToken).ConfigureAwait(false);
    }

    private Task CommandAsync(byte chunkStream, uint messageStream, AmfWriter command, CancellationToken cancellationToken) =>
        _chunks.SendAsync(chunkStream, RtmpMessageTypes.Command, messageStream, command.Written, cancellationToken);

    private async Task<object?> AnsweredAsync(double transaction, CancellationToken cancellationToken)
    {
        while (await NextAsync(cancellationToken).ConfigureAwait(false) is { } message)
        {
            if (message.Type != RtmpMessageTypes.Command
                || AmfReader.Read(message.Body.Span) is not [string name, double about, .. var rest] || !about.Equals(transaction))
                continue;
            if (name == "_result") return rest.LastOrDefault();
            if (name == "_error") throw NotPlayed(rest);
        }

        throw PullFault.Ended();
    }

    private async ValueTask<RtmpMessage?> NextAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await _chunks.ReadAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (IOException e)
        {
            throw PullFault.Broke(e);
        }
    }

    private static bool IsEnd(RtmpMessage message)
    {
        if (AmfReader.Read(message.Body.Span) is not ["onStatus", _, .. var rest]) return false;
        string? code = CodeOf(rest);
        if (code is "NetStream.Play.StreamNotFound" or "NetStream.Play.Failed" or "NetStream.Failed") throw NotPlayed(rest);
        return code is "NetStream.Play.Stop" or "NetStream.Play.UnpublishNotify" or "NetStream.Play.Complete";
    }

    private static string? CodeOf(IEnumerable<object?> values) =>
        values.OfType<Dictionary<string, object?>>().Select(value => value.GetValueOrDefault("code") as string).LastOrDefault();

    // Servers that ask for a user say so in words of their own; none of them is passed on.
    private static MediaException NotPlayed(IReadOnlyCollection<object?> values) => CodeOf(values) == "NetConnection.Connect.Rejected"
        ? new MediaException(FaultCodes.SourceRefused, "Expected a source that lets this server in, and it refused the connection.")
        : new MediaException(FaultCodes.SourceUnreachable, "Expected a source that plays the stream of its address, and it has none.");

    private static byte[] Tag(byte type, uint timestamp, ReadOnlySpan<byte> body)
    {
        byte[] tag = new byte[TagHeaderBytes + body.Length + TagTrailerBytes];
        tag[0] = type;
        (tag[1], tag[2], tag[3]) = ((byte)(body.Length >> 16), (byte)(body.Length >> 8), (byte)body.Length);
        (tag[4], tag[5], tag[6], tag[7]) =
            ((byte)(timestamp >> 16), (byte)(timestamp >> 8), (byte)timestamp, (byte)(timestamp >> 24));
        body.CopyTo(tag.AsSpan(TagHeaderBytes));
        BinaryPrimitives.WriteUInt32BigEndian(tag.AsSpan(TagHeaderBytes + body.Length), (uint)(TagHeaderBytes + body.Length));
        return tag;
    }

    // Tags in one message, the times of which count from its own.
    private static List<byte[]> TagsOf(RtmpMessage message)
    {
        List<byte[]> tags = [];
        uint? first = null;
        for (var rest = message.Body.Span; rest.Length > TagHeaderBytes;)
        {
            int length = (rest[1] << 16) | (rest[2] << 8) | rest[3];
            uint time = (uint)((rest[7] << 24) | (rest[4] << 16) | (rest[5] << 8) | rest[6]);
            if (rest.Length < TagHeaderBytes + length) break;
            first ??= time;
            tags.Add(Tag(rest[0], message.Timestamp + time - first.Value, rest.Slice(TagHeaderBytes, length)));
            rest = rest[Math.Min(rest.Length, TagHeaderBytes + length + TagTrailerBytes)..];
        }

        return tags;
    }
}
