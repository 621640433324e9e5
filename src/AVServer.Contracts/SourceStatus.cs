namespace AVServer.Contracts;

/// <summary>How it goes with a source that media is pulled from.</summary>
/// <param name="StreamId">The stream that it is.</param>
/// <param name="Url">Where it is, without user, password and query.</param>
/// <param name="State">What it does.</param>
/// <param name="Since">Since when, UTC.</param>
/// <param name="Tries">Tries in a row that brought no media for long.</param>
/// <param name="NextTryAt">When it is tried again, UTC; absent while it isn't waiting.</param>
/// <param name="Fault">What was wrong the last time; absent before anything was.</param>
public sealed record SourceStatus(
    string StreamId,
    string Url,
    SourceState State,
    DateTimeOffset Since,
    int Tries,
    DateTimeOffset? NextTryAt = null,
    SourceFault? Fault = null);

/// <summary>What a source does.</summary>
public enum SourceState
{
    /// <summary>It is being connected to, and has given no media yet.</summary>
    Connecting,

    /// <summary>Media comes.</summary>
    Running,

    /// <summary>It is lost or was never reached, and waits for the next try.</summary>
    Waiting,

    /// <summary>It isn't tried any more.</summary>
    Failed,

    /// <summary>It was a file, and all of it was heard.</summary>
    Ended,
}

/// <summary>What was wrong with a source.</summary>
/// <param name="Code">One of <see cref="FaultCodes"/>.</param>
/// <param name="Message">For people.</param>
public sealed record SourceFault(string Code, string Message);
