using AVServer.Contracts;

namespace AVServer.Server.Streams;

/// <summary>How a stream ended.</summary>
/// <param name="Closed">Its last event.</param>
/// <param name="Fault">What was wrong, if something was.</param>
internal sealed record StreamOutcome(ClosedEvent Closed, FaultEvent? Fault);
