namespace AVServer.Contracts;

/// <summary>What the payload of a chunk holds. The numbers are the kind byte on the wire.</summary>
public enum MediaKind : byte
{
    /// <summary>Samples in the format that the hello announced.</summary>
    Audio = 1,

    /// <summary>One picture in the format that the hello announced.</summary>
    Video = 2,

    /// <summary>Bytes of a container; its own time stamps count, the chunk's time is ignored.</summary>
    Container = 3,

    /// <summary>
    /// A <see cref="TextMessage"/> as UTF-8 JSON; its own times count. On the media socket it is a text message, not a binary one.
    /// </summary>
    Text = 4,
}
