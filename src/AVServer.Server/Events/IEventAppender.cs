using AVServer.Contracts;

namespace AVServer.Server.Events;

/// <summary>Brings a stream's events to the other nodes before anybody is given them.</summary>
internal interface IEventAppender
{
    /// <summary>Takes a numbered event, in order. Runs under the log's lock: never waits and never throws.</summary>
    /// <param name="stamped">The event.</param>
    /// <param name="bytes">Its length as JSON.</param>
    /// <param name="beforeDelivery">Runs before any reader can see it.</param>
    void Append(StreamEvent stamped, int bytes, Action? beforeDelivery);

    /// <summary>Ends when the readers of this node have been given all that was taken so far.</summary>
    Task FlushAsync();
}
