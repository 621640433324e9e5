using System.Net;
using System.Net.Sockets;
using AVServer.Contracts;

namespace AVServer.Media.Pull;

/// <summary>
/// Stands between ffmpeg and an RTSP server. To the server it speaks for the address that was asked for, by TLS where that is wanted, and
/// shows user and password, which ffmpeg never gets to see; of what the server answers it lets nothing pass that would lead elsewhere.
/// </summary>
/// <remarks>ffmpeg reaches it by a port of this machine's loopback that takes one connection. Media comes within that one, too.</remarks>
internal sealed class RtspRelay : IAsyncDisposable
{
    private const string LocalPath = "/source";

    // So long ffmpeg's end takes to be seen here, at most.
    private static readonly TimeSpan LongestClose = TimeSpan.FromSeconds(1);

    private readonly SourceAddress _address;
    private readonly Stream _peer;
    private readonly TcpListener _listener;
    private readonly RtspAuthorization? _authorization;
    private readonly CancellationTokenSource _stop = new();
    private readonly SemaphoreSlim _writing = new(1, 1);
    private readonly Task _relaying;
    private RtspMessage? _asked;   // null once it was asked again

    private RtspRelay(SourceAddress address, Stream peer)
    {
        (_address, _peer) = (address, peer);
        if (address.Credential is { } credential) _authorization = new RtspAuthorization(credential);
        _listener = new TcpListener(IPAddress.Loopback, 0);
        _listener.Start(backlog: 1);
        Url = $"rtsp://{_listener.LocalEndpoint}{LocalPath}";
        _relaying = RelayAsync();
    }

    /// <summary>Where ffmpeg is to ask.</summary>
    public string Url { get; }

    /// <summary>What was wrong with the server, once its connection has ended; null where nothing was.</summary>
    public MediaException? Fault { get; private set; }

    /// <summary>Bytes that came of the server.</summary>
    public long ReceivedBytes { get; private set; }

    /// <summary>Connects to the server.</summary>
    /// <exception cref="MediaException">It may not be reached, or can't be.</exception>
    public static async Task<RtspRelay> OpenAsync(SourceAddress address, GuardedDialer dialer, CancellationToken cancellationToken) =>
        new(address, await dialer.ConnectAsync(address, cancellationToken).ConfigureAwait(false));

    /// <summary>Ends the connection, after which <see cref="Fault"/> is known.</summary>
    public async Task CloseAsync()
    {
        if (await Task.WhenAny(_relaying, Task.Delay(LongestClose)).ConfigureAwait(false) != _relaying)
            await _stop.CancelAsync().ConfigureAwait(false);
        await _relaying.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _relaying.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
        _writing.Dispose();
    }

    private async Task RelayAsync()
    {
        try
        {
            using var client = await AcceptAsync().ConfigureAwait(false);
            await using var decoder = client.GetStream();
            using var over = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
            Task[] both = [ForwardAsync(decoder, over.Token), ReturnAsync(decoder, over.Token)];
            var first = await Task.WhenAny(both).ConfigureAwait(false);
            await over.CancelAsync().ConfigureAwait(false);
            await Task.WhenAll(both).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await first.ConfigureAwait(false);
        }
        catch (MediaException fault)
        {
            Fault = fault;
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException)
        {
            if (!_stop.IsCancellationRequested) Fault = PullFault.Broke(e);
        }
        finally
        {
            _listener.Dispose();
            await _peer.DisposeAsync().ConfigureAwait(false);
        }
    }

    private async Task<TcpClient> AcceptAsync()
    {
        var client = await _listener.AcceptTcpClientAsync(_stop.Token).ConfigureAwait(false);
        _listener.Stop();
        client.NoDelay = true;
        return client;
    }

    // What ffmpeg asks, in the name of the address.
    private async Task ForwardAsync(Stream decoder, CancellationToken cancellationToken)
    {
        await using var reader = new RtspReader(decoder);
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false) is { } message)
        {
            if (message.FirstLine?.Split(' ') is [var method, var target, var version]
                && !method.StartsWith("RTSP/", StringComparison.Ordinal))
            {
                if (target.StartsWith(Url, StringComparison.Ordinal)) target = _address.Target + target[Url.Length..];
                message = message with { FirstLine = $"{method} {target} {version}" };
                _asked = message;
            }

            await SendAsync(message, cancellationToken).ConfigureAwait(false);
        }
    }

    // What the server answers.
    private async Task ReturnAsync(Stream decoder, CancellationToken cancellationToken)
    {
        await using var reader = new RtspReader(_peer);
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false) is { } message)
        {
            ReceivedBytes += message.Bytes.Length;
            if (message.Status is >= 300 and < 400)
                throw new MediaException(
                    FaultCodes.ForbiddenAddress,
                    $"Expected media, and the source leads on to another one (status {message.Status}); name that.");
            if (message.Status == 401 && Interlocked.Exchange(ref _asked, null) is { } again
                && _authorization?.TryAccept(message.ValuesOf("WWW-Authenticate")) == true)
            {
                await SendAsync(again, cancellationToken).ConfigureAwait(false);
                continue;
            }

            if (message.Status is 401 or 403 or 404) throw PullFault.Status(message.Status.Value);
            await decoder.WriteAsync(message.ToBytes(), cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task SendAsync(RtspMessage message, CancellationToken cancellationToken)
    {
        if (message.FirstLine?.Split(' ') is [var method, var target, _] && _authorization?.For(method, target) is { } shown)
            message = message with { Headers = [.. message.Headers, $"Authorization: {shown}"] };
        await _writing.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await _peer.WriteAsync(message.ToBytes(), cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _writing.Release();
        }
    }
}
