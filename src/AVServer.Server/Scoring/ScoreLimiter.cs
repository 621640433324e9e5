using System.Threading.RateLimiting;
using AVServer.Contracts;
using AVServer.Server.Configuration;
using AVServer.Server.Observability;
using Microsoft.Extensions.Options;

namespace AVServer.Server.Scoring;

/// <summary>
/// Some files are scored at once, some wait, the rest are refused: scoring takes whole cores from the live streams. A turn is held for
/// the work; who is still sending holds nobody up.
/// </summary>
internal sealed class ScoreLimiter(IOptions<ServerLimits> limits, ServerMetrics metrics) : IDisposable
{
    private readonly ServerLimits _limits = limits.Value;
    private readonly ConcurrencyLimiter _work = new(new ConcurrencyLimiterOptions
    {
        PermitLimit = limits.Value.ConcurrentScores,
        QueueLimit = limits.Value.QueuedScores,
    });

    private readonly ConcurrencyLimiter _uploads = new(new ConcurrencyLimiterOptions { PermitLimit = limits.Value.ConcurrentUploads });

    /// <summary>Takes a place for a file that is about to be sent, until the lease is disposed.</summary>
    /// <exception cref="RefusedException">Too many are being sent, or nobody would score it.</exception>
    public RateLimitLease Upload()
    {
        var work = _work.GetStatistics()!;
        if (work.CurrentAvailablePermits == 0 && work.CurrentQueuedCount >= _limits.QueuedScores) throw TooManyFiles();
        var lease = _uploads.AttemptAcquire();
        if (lease.IsAcquired) return lease;
        lease.Dispose();
        throw Busy($"Expected at most {_limits.ConcurrentUploads} files that are sent at once; try again later.");
    }

    /// <summary>Waits for a turn to score a file that is there.</summary>
    /// <exception cref="RefusedException">Too many wait.</exception>
    public async Task<RateLimitLease> WorkAsync(CancellationToken cancellationToken)
    {
        var turn = _work.AcquireAsync(1, cancellationToken);
        if (!turn.IsCompleted) metrics.SenderWaited();
        var lease = await turn;
        if (lease.IsAcquired) return lease;
        lease.Dispose();
        throw TooManyFiles();
    }

    public void Dispose()
    {
        _work.Dispose();
        _uploads.Dispose();
    }

    private RefusedException TooManyFiles() =>
        Busy($"Expected at most {_limits.ConcurrentScores} files at once and {_limits.QueuedScores} waiting; try again later.");

    private static RefusedException Busy(string message) => new(FaultCodes.ServerBusy, message);
}
