using System.Globalization;
using System.Threading.RateLimiting;
using AVServer.Contracts;
using AVServer.Server.Observability;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.Options;

namespace AVServer.Server.Security;

/// <summary>Holds each key to its share. Where nobody is asked for a key, nobody is told apart, and nothing is limited.</summary>
internal sealed class KeyLimits : IDisposable
{
    private const int Unit = 1 << 10;   // limiters count to int.MaxValue, in bytes that is too little

    private static readonly TimeSpan UsualWait = TimeSpan.FromSeconds(5);

    private readonly KeyLimitOptions _limits;
    private readonly ServerMetrics _metrics;
    private readonly PartitionedRateLimiter<HttpContext> _requests;
    private readonly PartitionedRateLimiter<Grant> _streams;
    private readonly PartitionedRateLimiter<Grant> _jobs;
    private readonly PartitionedRateLimiter<Grant> _bytes;

    public KeyLimits(IOptions<SecurityOptions> options, KeyRing keys, ServerMetrics metrics)
    {
        (_limits, _metrics) = (options.Value.Limits, metrics);
        _requests = PartitionedRateLimiter.Create<HttpContext, string>(
            context => Partition(Grant.Of(context.User), _limits.RequestsPerMinute, Minute));
        _streams = PartitionedRateLimiter.Create<Grant, string>(grant => Partition(grant, _limits.Streams, AtOnce));
        _jobs = PartitionedRateLimiter.Create<Grant, string>(grant => Partition(grant, _limits.Jobs, AtOnce));
        _bytes = PartitionedRateLimiter.Create<Grant, string>(grant => Partition(grant, UnitsPerHour, Hour));

        RateLimitPartition<string> Partition(Grant grant, int limit, Func<string, int, RateLimitPartition<string>> limited) =>
            limit == 0 || !keys.IsGuarded || grant.IsNobody ? RateLimitPartition.GetNoLimiter("") : limited(grant.Account, limit);
    }

    private int UnitsPerHour => (int)Math.Min(int.MaxValue, (_limits.BytesPerHour + Unit - 1) / Unit);

    /// <summary>Adds the limit of requests to the limits of single routes.</summary>
    public void Configure(RateLimiterOptions options)
    {
        options.GlobalLimiter = _requests;
        // Limiters of routes answer for themselves.
        options.OnRejected = async (context, _) =>
        {
            var wait = context.Lease.TryGetMetadata(MetadataName.RetryAfter, out var known) ? known : UsualWait;
            await TooMany($"{_limits.RequestsPerMinute} requests a minute", "requests", wait)
                .ToProblem(context.HttpContext.Response).ExecuteAsync(context.HttpContext);
        };
    }

    /// <summary>Takes one of the key's streams, until the lease is disposed.</summary>
    /// <exception cref="RefusedException">All are in use.</exception>
    public RateLimitLease Stream(Grant grant) => Take(_streams, grant, $"{_limits.Streams} streams at once", "streams");

    /// <summary>Takes one of the key's jobs, until the lease is disposed.</summary>
    /// <exception cref="RefusedException">All are in use.</exception>
    public RateLimitLease Job(Grant grant) => Take(_jobs, grant, $"{_limits.Jobs} jobs at once", "jobs");

    /// <summary>Counts what one stream or file of the key brings.</summary>
    public ByteQuota Bytes(Grant grant) => new(this, grant);

    public void Dispose()
    {
        _requests.Dispose();
        _streams.Dispose();
        _jobs.Dispose();
        _bytes.Dispose();
    }

    private static RateLimitPartition<string> AtOnce(string account, int limit) =>
        RateLimitPartition.GetConcurrencyLimiter(account, _ => new ConcurrencyLimiterOptions { PermitLimit = limit });

    private static RateLimitPartition<string> Minute(string account, int limit) => Window(account, limit, TimeSpan.FromMinutes(1));

    private static RateLimitPartition<string> Hour(string account, int limit) => Window(account, limit, TimeSpan.FromHours(1));

    private static RateLimitPartition<string> Window(string account, int limit, TimeSpan window) =>
        RateLimitPartition.GetFixedWindowLimiter(account, _ => new FixedWindowRateLimiterOptions { PermitLimit = limit, Window = window });

    private RateLimitLease Take(PartitionedRateLimiter<Grant> limiter, Grant grant, string limit, string label, int count = 1)
    {
        var lease = limiter.AttemptAcquire(grant, count);
        if (lease.IsAcquired) return lease;
        using (lease) throw TooMany(limit, label, lease.TryGetMetadata(MetadataName.RetryAfter, out var wait) ? wait : UsualWait);
    }

    private RefusedException TooMany(string limit, string label, TimeSpan wait)
    {
        _metrics.KeyLimitReached(label);
        var seconds = Math.Max(1, Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        return new RefusedException(FaultCodes.TooManyRequests,
            $"Expected at most {limit} by one key, got more; come back in {seconds} s.")
        { RetryAfter = seconds };
    }

    /// <summary>What one stream or file takes of its key's bytes. One caller at a time.</summary>
    internal sealed class ByteQuota(KeyLimits limits, Grant grant)
    {
        private int _rest;

        /// <exception cref="RefusedException">The hour's bytes are used up.</exception>
        public void Take(int bytes)
        {
            _rest += bytes;
            var units = _rest / Unit;
            if (units == 0) return;
            _rest -= units * Unit;
            // More than there can ever be is no number that a limiter takes.
            var count = limits.UnitsPerHour == 0 ? units : Math.Min(units, limits.UnitsPerHour);
            limits.Take(limits._bytes, grant, $"{limits._limits.BytesPerHour} bytes an hour", "bytes", count).Dispose();
        }
    }
}
