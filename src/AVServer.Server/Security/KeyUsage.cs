namespace AVServer.Server.Security;

/// <summary>What a key takes at the moment.</summary>
/// <param name="Requests">Requests within its minute.</param>
/// <param name="Streams">Streams that it sends.</param>
/// <param name="Jobs">Jobs that wait or run.</param>
/// <param name="Kibibytes">Media within its hour.</param>
internal readonly record struct KeyUsage(long Requests, long Streams, long Jobs, long Kibibytes)
{
    public static KeyUsage operator +(KeyUsage one, KeyUsage other) => new(
        one.Requests + other.Requests, one.Streams + other.Streams, one.Jobs + other.Jobs, one.Kibibytes + other.Kibibytes);
}
