using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using AVServer.Contracts;
using AVServer.Pipeline;
using AVServer.Server.Configuration;
using AVServer.Server.Events;
using AVServer.Server.Observability;
using AVServer.Server.Streams;
using Microsoft.Extensions.Options;

namespace AVServer.Server.Delivery.Wyoming;

/// <summary>Takes the bridge's connections and serves each beside the others.</summary>
internal sealed partial class WyomingServer(
    IOptions<WyomingOptions> options, IOptions<ServerLimits> limits, IStreamPipeline pipeline, IKeywordRegistry keywords,
    StreamRegistry registry, EventBroker broker, FaultReports faults, TimeProvider time, ILogger<WyomingServer> logger)
    : IHostedService, IDisposable
{
    private const int KeepAliveSeconds = 60;
    private static readonly TimeSpan AcceptPause = TimeSpan.FromMilliseconds(500);

    private readonly ConcurrentDictionary<Task, byte> _connections = new();
    private readonly CancellationTokenSource _stopNow = new();
    private TcpListener? _listener;
    private Task _accepting = Task.CompletedTask;
    private int _open;

    /// <summary>Where it listens; null while it does not.</summary>
    public IPEndPoint? EndPoint => _listener?.LocalEndpoint as IPEndPoint;

    /// <summary>Connections at this moment.</summary>
    public int OpenConnections => Volatile.Read(ref _open);

    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (options.Value.Port is not { } port) return Task.CompletedTask;
        var listener = new TcpListener(IPAddress.Parse(options.Value.Address), port);
        listener.Start();
        _listener = listener;
        Log.Listening(logger, EndPoint!);
        _accepting = Task.Run(() => AcceptAsync(listener.AcceptSocketAsync), CancellationToken.None);
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopNow.CancelAsync();
        _listener?.Stop();
        await _accepting;
        await Task.WhenAll(_connections.Keys).WaitAsync(limits.Value.CloseTimeout, time, CancellationToken.None)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public void Dispose()
    {
        _stopNow.Cancel();
        _listener?.Dispose();
    }

    /// <summary>Takes connections until the server stops.</summary>
    /// <param name="accept">Waits for the next one.</param>
    internal async Task AcceptAsync(Func<CancellationToken, ValueTask<Socket>> accept)
    {
        while (!_stopNow.IsCancellationRequested)
        {
            try
            {
                var socket = await accept(_stopNow.Token);
                var serving = ServeAsync(socket);
                _connections.TryAdd(serving, 0);
                _ = serving.ContinueWith(
                    ended => _connections.TryRemove(ended, out _), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously,
                    TaskScheduler.Default);
            }
            catch (Exception exception) when (exception is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
            catch (SocketException exception)
            {
                Log.AcceptFailed(logger, exception.SocketErrorCode);
                // The peer went away before it was taken; or the process has no handles left, and asking again at once would only turn in
                // circles.
                if (exception.SocketErrorCode is not (SocketError.ConnectionReset or SocketError.ConnectionAborted))
                    await Task.Delay(AcceptPause, time, _stopNow.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        await using var stream = new NetworkStream(socket, ownsSocket: true);
        try
        {
            socket.NoDelay = true;
            // A peer may be silent for as long as it likes; one that is gone without a word is found out so.
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, KeepAliveSeconds);
            if (Interlocked.Increment(ref _open) > options.Value.MaxConnections)
            {
                faults.Refused(FaultCodes.ServerBusy);
                using var writer = new WyomingWriter(stream, limits.Value.CloseTimeout, time);
                await writer.WriteErrorAsync(
                    FaultCodes.ServerBusy, $"Expected at most {options.Value.MaxConnections} connections; try again later.");
                return;
            }
            using var connection = new WyomingConnection(stream, pipeline, keywords, registry, broker, faults, limits.Value, time);
            await connection.RunAsync(_stopNow.Token);
            socket.Shutdown(SocketShutdown.Send);
        }
        catch (Exception exception) when (exception is IOException or SocketException)
        {
            // The peer went away.
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            Log.Failed(logger, exception);
        }
        finally
        {
            Interlocked.Decrement(ref _open);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(
            LogEventIds.WyomingListening, LogLevel.Information, "The Wyoming bridge listens at {EndPoint}; whoever reaches it may use it.")]
        public static partial void Listening(ILogger logger, IPEndPoint endPoint);

        [LoggerMessage(LogEventIds.WyomingAcceptFailed, LogLevel.Debug, "The Wyoming bridge could not take a connection: {Error}.")]
        public static partial void AcceptFailed(ILogger logger, SocketError error);

        [LoggerMessage(LogEventIds.WyomingConnectionFailed, LogLevel.Error, "A connection of the Wyoming bridge failed.")]
        public static partial void Failed(ILogger logger, Exception exception);
    }
}
