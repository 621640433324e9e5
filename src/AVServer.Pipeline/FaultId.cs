using System.Security.Cryptography;

namespace AVServer.Pipeline;

/// <summary>What joins a fault that nobody expected in the log with what its caller was told.</summary>
public static class FaultId
{
    private const int Bytes = 6;

    /// <summary>An id that no other fault has.</summary>
    public static string New() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(Bytes));

    /// <summary>What the caller is told.</summary>
    public static string MessageFor(string id) => $"The server failed; its log has the details under {id}.";
}
