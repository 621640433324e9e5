namespace AVServer.Server.Events;

/// <summary>A reader left more events waiting than the server keeps for one.</summary>
internal sealed class ReaderTooSlowException(int capacity, long lastSequence) : Exception(
    $"The reader fell {capacity} events behind and was let go; read faster, ask for fewer types, or resume one stream with after={lastSequence}.")
{
    /// <summary>Number of the last event that was still queued for the reader.</summary>
    public long LastSequence { get; } = lastSequence;
}
