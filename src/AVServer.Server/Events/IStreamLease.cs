namespace AVServer.Server.Events;

/// <summary>A node's right to a stream: as long as it lasts, no other node appends to the stream's events.</summary>
internal interface IStreamLease : IAsyncDisposable
{
    /// <summary>Cancelled where another node took the stream.</summary>
    CancellationToken Lost { get; }
}
