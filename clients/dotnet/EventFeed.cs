using System.Net.WebSockets;
using System.Runtime.CompilerServices;
using AVServer.Contracts;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Client;

namespace AVServer.Client;

/// <summary>Events of one subscription over as many connections as it takes.</summary>
internal sealed class EventFeed(ServerAddress address, AVServerClientOptions options)
{
    /// <summary>Reads until cancelled. The first connection must succeed; one that is lost later is made anew, with growing waits between attempts.</summary>
    /// <param name="open">Subscribes on a fresh connection.</param>
    /// <param name="cancellationToken">Ends the feed.</param>
    public async IAsyncEnumerable<StreamEvent> ReadAsync(
        Func<HubConnection, CancellationToken, IAsyncEnumerable<StreamEvent>> open, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var delay = options.FirstReconnectDelay;
        var isFirst = true;
        while (true)
        {
            await using var connection = address.CreateHubConnection();
            var lost = await TryStartAsync(connection, cancellationToken);
            if (lost is null)
            {
                isFirst = false;
                delay = options.FirstReconnectDelay;
                await using var events = open(connection, cancellationToken).GetAsyncEnumerator(cancellationToken);
                while ((lost = await TryMoveNextAsync(events)) is null) yield return events.Current;
            }
            if (isFirst) throw lost;
            options.Reconnecting?.Invoke(lost);
            await Task.Delay(delay, options.Time, cancellationToken);
            delay = delay * 2 < options.MaxReconnectDelay ? delay * 2 : options.MaxReconnectDelay;
        }
    }

    private static async Task<ServerUnreachableException?> TryStartAsync(HubConnection connection, CancellationToken cancellationToken)
    {
        try
        {
            await connection.StartAsync(cancellationToken);
            return null;
        }
        catch (ServerUnreachableException exception)
        {
            return exception;
        }
        catch (ServerRefusedException refused) when (IsPassing(refused.Code))
        {
            return new ServerUnreachableException(refused.Message, refused);
        }
        catch (Exception exception) when (IsConnectionLoss(exception))
        {
            return new ServerUnreachableException("The server did not answer as a hub; is it an AVServer?", exception);
        }
    }

    /// <returns>Null when there is a next event, else why there is none: a feed has no other end.</returns>
    private static async Task<ServerUnreachableException?> TryMoveNextAsync(IAsyncEnumerator<StreamEvent> events)
    {
        try
        {
            return await events.MoveNextAsync() ? null : new ServerUnreachableException("The server ended the subscription; it is probably shutting down.");
        }
        catch (HubException exception)
        {
            var refusal = ToRefusal(exception);
            return IsPassing(refusal.Code) ? new ServerUnreachableException(refusal.Message, refusal) : throw refusal;
        }
        catch (Exception exception) when (IsConnectionLoss(exception))
        {
            return new ServerUnreachableException("The connection to the server broke.", exception);
        }
    }

    /// <summary>What a hub's error says. The server writes <c>code: message</c>; SignalR may put its own words before that.</summary>
    private static ServerRefusedException ToRefusal(HubException exception)
    {
        const string marker = "HubException: ";
        var at = exception.Message.LastIndexOf(marker, StringComparison.Ordinal);
        var text = at < 0 ? exception.Message : exception.Message[(at + marker.Length)..];
        var colon = text.IndexOf(": ", StringComparison.Ordinal);
        return colon > 0 && text.AsSpan(0, colon).IndexOfAnyExceptInRange('A', 'z') < 0
            ? new ServerRefusedException(text[..colon], text[(colon + 2)..])
            : new ServerRefusedException(FaultCodes.Internal, text);
    }

    private static bool IsPassing(string code) => code is FaultCodes.ServerBusy or FaultCodes.ServerStopping or FaultCodes.ReaderTooSlow;

    // A hub connection that the other side closed ends what runs on it with a cancellation that nobody asked for.
    private static bool IsConnectionLoss(Exception exception) =>
        exception is IOException or WebSocketException or TimeoutException or InvalidOperationException
        || (exception is OperationCanceledException cancelled && !cancelled.CancellationToken.IsCancellationRequested);
}
