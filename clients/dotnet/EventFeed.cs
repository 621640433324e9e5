using System.Net.WebSockets;
using System.Runtime.CompilerServices;
using AVServer.Contracts;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Client;

namespace AVServer.Client;

/// <summary>Events of one subscription over as many connections as it takes.</summary>
internal sealed class EventFeed(ServerAddress address, AVServerClientOptions options)
{
    /// <summary>
    /// Reads until cancelled. The first connection must succeed; one that is lost later is made anew, with growing waits between attempts.
    /// A feed of one stream goes on behind the last event that it gave; one of all streams tells with a <see cref="LostEvent"/> that nobody
    /// kept what happened meanwhile.
    /// </summary>
    /// <param name="filter">Which events, and from where on.</param>
    /// <param name="open">Subscribes on a fresh connection.</param>
    /// <param name="cancellationToken">Ends the feed.</param>
    public async IAsyncEnumerable<StreamEvent> ReadAsync(
        EventFilter filter, Func<HubConnection, EventFilter, CancellationToken, IAsyncEnumerable<StreamEvent>> open,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var delays = new ReconnectDelays(options);
        var isFirst = true;
        while (true)
        {
            await using var connection = address.CreateHubConnection();
            var lost = await TryStartAsync(connection, cancellationToken);
            // Who knows no place yet asks for one first: the connection may break before the first event.
            if (lost is null && filter is { StreamId: { } streamId, After: null })
                (filter, lost) = await TryFindPositionAsync(connection, filter, streamId, cancellationToken);
            if (lost is null)
            {
                delays.Connected();
                if (!isFirst && filter.StreamId is null)
                    yield return new LostEvent(null, null, LostReason.AllStreams) { At = options.Time.GetUtcNow() };
                isFirst = false;
                await using var events = open(connection, filter, cancellationToken).GetAsyncEnumerator(cancellationToken);
                while ((lost = await TryAsync(async () => await events.MoveNextAsync())) is null)
                {
                    if (filter.StreamId is not null && events.Current.Cursor is { } cursor) filter = filter with { After = cursor };
                    yield return events.Current;
                }
            }
            if (isFirst) throw lost;
            options.Reconnecting?.Invoke(lost);
            await delays.WaitAsync(cancellationToken);
        }
    }

    private static async Task<(EventFilter Filter, ServerUnreachableException? Lost)> TryFindPositionAsync(
        HubConnection connection, EventFilter filter, string streamId, CancellationToken cancellationToken)
    {
        EventCursor? position = null;
        var lost = await TryAsync(async () =>
        {
            position = await connection.InvokeAsync<EventCursor>(HubMethods.Position, streamId, cancellationToken);
            return true;
        });
        return (filter with { After = position }, lost);
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

    /// <returns>Null when it gave something, else why it did not: a feed has no other end.</returns>
    private static async Task<ServerUnreachableException?> TryAsync(Func<Task<bool>> step)
    {
        try
        {
            return await step() ? null : new ServerUnreachableException("The server ended the subscription; it is probably shutting down.");
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

    private static bool IsPassing(string code) =>
        code is FaultCodes.ServerBusy or FaultCodes.ServerStopping or FaultCodes.ReaderTooSlow or FaultCodes.TooManyRequests;

    // A hub connection that the other side closed ends what runs on it with a cancellation that nobody asked for.
    private static bool IsConnectionLoss(Exception exception) =>
        exception is IOException or WebSocketException or TimeoutException or InvalidOperationException
        || (exception is OperationCanceledException cancelled && !cancelled.CancellationToken.IsCancellationRequested);
}
