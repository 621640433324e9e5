using System.Threading.RateLimiting;
using AVServer.Contracts;
using AVServer.Server.Observability;
using Microsoft.AspNetCore.RateLimiting;

namespace AVServer.Server.Keywords;

/// <summary>One word is measured at a time, some wait, the rest are refused: each takes a core from live streams for a moment.</summary>
internal sealed class KeywordsRate : IRateLimiterPolicy<string>
{
    public const string Policy = "keywords";

    private const int Queued = 64;

    public Func<OnRejectedContext, CancellationToken, ValueTask>? OnRejected { get; } = async (context, _) =>
        await new RefusedException(FaultCodes.ServerBusy, $"Expected at most {Queued} words that wait to be measured; try again later.")
            .ToProblem(context.HttpContext.Response).ExecuteAsync(context.HttpContext);

    public RateLimitPartition<string> GetPartition(HttpContext httpContext) =>
        RateLimitPartition.GetConcurrencyLimiter(Policy, _ => new ConcurrencyLimiterOptions { PermitLimit = 1, QueueLimit = Queued });
}
