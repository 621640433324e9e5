namespace AVServer.Media;

/// <summary>Whether decoders run where there is no network and no file but their input.</summary>
public enum SandboxUse
{
    /// <summary>Where the system lets bubblewrap make such a place; a server says at its start whether it does.</summary>
    Auto,

    /// <summary>Always: where there is none, nothing is decoded.</summary>
    Required,

    /// <summary>Never.</summary>
    Off,
}
