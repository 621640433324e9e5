namespace AVServer.Server.Cluster;

/// <summary>What a node tells the others.</summary>
internal enum ClusterMessageKind
{
    /// <summary>That it hears itself. A number that counts.</summary>
    Echo,

    /// <summary>That Redis has events: they follow, each as JSON.</summary>
    Events,

    /// <summary>That an epoch of a stream may have gone on where nobody saw it: the stream, the epoch.</summary>
    Doubt,

    /// <summary>That a stream's events were deleted: the stream, the last of them.</summary>
    Deleted,

    /// <summary>That a stream is to be closed: the stream.</summary>
    Close,
}
