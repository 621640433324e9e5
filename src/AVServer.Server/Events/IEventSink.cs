using AVServer.Contracts;

namespace AVServer.Server.Events;

/// <summary>Takes every event of every stream for something that is no reader: the history, webhooks.</summary>
internal interface IEventSink
{
    /// <summary>Takes an event, telemetry too. Runs on the stream's own thread: never waits and never throws.</summary>
    void Offer(StreamEvent streamEvent);
}
