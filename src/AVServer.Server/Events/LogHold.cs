namespace AVServer.Server.Events;

/// <summary>Keeps a log from being forgotten while it is asked.</summary>
/// <param name="broker">Whose log.</param>
/// <param name="log">It.</param>
internal sealed class LogHold(EventBroker broker, EventLog log) : IDisposable
{
    public EventLog Log => log;

    public void Dispose() => broker.Release(log);
}
