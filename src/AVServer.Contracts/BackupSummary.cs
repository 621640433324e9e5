namespace AVServer.Contracts;

/// <summary>What a backup holds, or what of it was restored.</summary>
/// <param name="Words">Wake words that were given as text, with what was learnt of their recordings.</param>
/// <param name="Events">Events of the history.</param>
/// <param name="Clips">Clips of wake words.</param>
public sealed record BackupSummary(int Words, long Events, int Clips);
