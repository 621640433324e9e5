using System.Net;

namespace AVServer.Media.Pull;

/// <summary>What holds for every source.</summary>
/// <param name="AllowedNetworks">Networks that may be reached besides the public ones.</param>
/// <param name="AnswerTimeout">Time for the peer to be found, to let itself be connected to and to answer.</param>
/// <param name="MediaTimeout">Longest time without media once it has answered.</param>
public sealed record PullRules(IReadOnlyList<IPNetwork> AllowedNetworks, TimeSpan AnswerTimeout, TimeSpan MediaTimeout)
{
    /// <summary>SHA-256 of certificates that are trusted whoever signed them and whatever name they have; 64 hexadecimal digits.</summary>
    public IReadOnlyCollection<string> TrustedCertificates { get; init; } = [];
}
