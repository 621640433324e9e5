namespace AVServer.Contracts;

/// <summary>Events of the past, as <c>/api/events/history</c> gives them.</summary>
/// <param name="Events">In the order in which they were kept; those of one stream in the order of their numbers.</param>
/// <param name="Next">What to give as <c>after</c> for the next page; absent on the last one.</param>
public sealed record HistoryPage(IReadOnlyList<StreamEvent> Events, EventCursor? Next = null);

/// <summary>What a deletion of history did.</summary>
/// <param name="Deleted">Events that were deleted: of the history, or of memory where there is none.</param>
/// <param name="Clips">Clips that were deleted; absent where none are kept.</param>
public sealed record HistoryDeletion(int Deleted, int? Clips = null);
