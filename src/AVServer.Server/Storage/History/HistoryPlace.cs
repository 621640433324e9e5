namespace AVServer.Server.Storage.History;

/// <summary>Where a reader stands in the history of a stream.</summary>
/// <param name="Place">What lies beyond it, it has not had.</param>
/// <param name="Sequence">Number of the last event that it has had and that is kept; 0 where there is none in its epoch.</param>
/// <param name="Type">Wire name of that event.</param>
internal sealed record HistoryPlace(long Place, long Sequence, string Type);

/// <summary>What the history holds of one epoch of a stream.</summary>
/// <param name="Epoch">Which one.</param>
/// <param name="First">Lowest number.</param>
/// <param name="Last">Highest number.</param>
/// <param name="Count">Different numbers.</param>
/// <param name="LastType">Wire name of the event that was kept last.</param>
internal sealed record EpochSpan(string Epoch, long First, long Last, long Count, string LastType)
{
    /// <summary>Whether no number is missing from <paramref name="from"/> to the last.</summary>
    public bool IsWhole(long from) => First <= from && Count == Last - First + 1;
}
