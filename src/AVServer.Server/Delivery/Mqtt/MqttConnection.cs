using System.Security.Cryptography;

namespace AVServer.Server.Delivery.Mqtt;

/// <summary>Keeps the server connected: again and again, after pauses that grow, until it stops.</summary>
internal sealed partial class MqttConnection(
    MqttOptions options, MqttTopics topics, MqttMetrics metrics, TimeProvider time, ILogger logger)
{
    private volatile TaskCompletionSource<MqttSession> _ready = New();

    /// <summary>Waits for a connection on which everything that stands at the broker was published.</summary>
    public Task<MqttSession> ReadyAsync(CancellationToken cancellationToken) => _ready.Task.WaitAsync(cancellationToken);

    /// <summary>Connects, and connects again, until it is stopped; says good-bye then.</summary>
    /// <param name="found">Takes what stood at the broker from before: topic and payload.</param>
    /// <param name="announce">Publishes what shall stand at the broker.</param>
    /// <param name="stop">Ends it.</param>
    public async Task RunAsync(Action<string, byte[]> found, Func<MqttSession, Task> announce, CancellationToken stop)
    {
        for (var pause = options.FirstPause; !stop.IsCancellationRequested;)
        {
            var began = time.GetTimestamp();
            var reason = await LiveAsync(found, announce, stop);
            if (stop.IsCancellationRequested) return;
            metrics.Failed();
            // A broker that lets in and throws out at once is not asked again at once.
            if (time.GetElapsedTime(began) > options.LongestPause) pause = options.FirstPause;
            var jittered = pause * (0.5 + (RandomNumberGenerator.GetInt32(1_000) / 1_000.0));
            Log.Disconnected(logger, MqttBroker.AddressOf(options), reason, jittered.TotalSeconds);
            await Task.Delay(jittered, time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            pause = 2 * pause < options.LongestPause ? 2 * pause : options.LongestPause;
        }
    }

    // One connection; returns why it ended.
    private async Task<string> LiveAsync(Action<string, byte[]> found, Func<MqttSession, Task> announce, CancellationToken stop)
    {
        using var session = new MqttSession(options, time);
        var connected = false;
        try
        {
            await session.ConnectAsync(topics.Status, stop);
            connected = true;
            metrics.Connected(true);
            await session.AnnounceAsync(topics, found, stop);
            await announce(session);
            Log.Connected(logger, MqttBroker.AddressOf(options));
            _ready.TrySetResult(session);
            return await session.Lost.WaitAsync(stop);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            if (connected) await session.CloseAsync(topics);
            return "";
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            return exception.GetBaseException().Message;
        }
        finally
        {
            if (_ready.Task.IsCompleted) _ready = New();
            session.End();
            if (connected) metrics.Connected(false);
        }
    }

    private static TaskCompletionSource<MqttSession> New() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static partial class Log
    {
        [LoggerMessage(LogEventIds.MqttConnected, LogLevel.Information, "Connected to the MQTT broker {Broker}.")]
        public static partial void Connected(ILogger logger, string broker);

        [LoggerMessage(
            LogEventIds.MqttDisconnected, LogLevel.Warning,
            "The MQTT broker {Broker} is not connected: {Reason}. The next try is in {Seconds:F1} s.")]
        public static partial void Disconnected(ILogger logger, string broker, string reason, double seconds);
    }
}
