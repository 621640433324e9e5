using System.ComponentModel.DataAnnotations;
using AVServer.Media;

namespace AVServer.Server.Security;

/// <summary>
/// What each key, with the tokens that were given by it, may take of the server; from the section <c>Security:Limits</c>. 0 is no limit.
/// </summary>
public sealed class KeyLimitOptions
{
    /// <summary>Requests a minute, connections counted once. Default 6,000.</summary>
    [Range(0, int.MaxValue)]
    [Limit(Beyond.Refused, "avserver.key.limits")]
    public int RequestsPerMinute { get; set; } = 6_000;

    /// <summary>Streams that it sends at once. Default 256.</summary>
    [Range(0, int.MaxValue)]
    [Limit(Beyond.Refused, "avserver.key.limits")]
    public int Streams { get; set; } = 256;

    /// <summary>Jobs that wait or run. Default 16.</summary>
    [Range(0, int.MaxValue)]
    [Limit(Beyond.Refused, "avserver.key.limits")]
    public int Jobs { get; set; } = 16;

    /// <summary>Bytes of media an hour, of streams and files together. Default 64 GiB.</summary>
    [Range(0, long.MaxValue)]
    [Limit(Beyond.Ended, "avserver.key.limits")]
    public long BytesPerHour { get; set; } = 64L << 30;
}
