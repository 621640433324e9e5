using System.Collections.Concurrent;
using System.Globalization;
using System.Threading.RateLimiting;
using AVServer.Contracts;
using AVServer.Server.Observability;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.Options;

namespace AVServer.Server.Security;

/// <summary>
/// Holds each key to its share, what it takes on other nodes included. Where nobody is asked for a key, nobody is told apart, and nothing
/// is limited.
/// </summary>
internal sealed class KeyLimits : IDisposable
{
    private const int Unit = 1 << 10;   // limiters count to int.MaxValue, in bytes that is too little

    private static readonly TimeSpan UsualWait = TimeSpan.FromSeconds(5);

    private readonly KeyLimitOptions _limits;
    private readonly KeyRing _keys;
    private readonly UsageOfOthers _others;
    private readonly ServerMetrics _metrics;
    private readonly ConcurrentDictionary<string, Grant> _accounts = new();
    private readonly Limiter _requests;
    private readonly Limiter _streams;
    private readonly Limiter _jobs;
    private readonly Limiter _bytes;

    public KeyLimits(IOptions<SecurityOptions> options, KeyRing keys, UsageOfOthers others, ServerMetrics metrics)
    {
        (_limits, _keys, _others, _metrics) = (options.Value.Limits, keys, others, metrics);
        _requests = new Limiter(this, _limits.RequestsPerMinute, Minute, usage => usage.Requests);
        _streams = new Limiter(this, _limits.Streams, AtOnce, usage => usage.Streams);
        _jobs = new Limiter(this, _limits.Jobs, AtOnce, usage => usage.Jobs);
        _bytes = new Limiter(this, UnitsPerHour, Hour, usage => usage.Kibibytes);
    }

    /// <summary>What accounts take on this node; those that take nothing are left out.</summary>
    public Dictionary<string, KeyUsage> Usage
    {
        get
        {
            var usage = new Dictionary<string, KeyUsage>();
            foreach (var (account, grant) in _accounts)
            {
                var taken = new KeyUsage(_requests.Taken(grant), _streams.Taken(grant), _jobs.Taken(grant), _bytes.Taken(grant));
                if (taken == default) _accounts.TryRemove(account, out _);   // comes again with its next request
                else usage[account] = taken;
            }
            return usage;
        }
    }

    private int UnitsPerHour => (int)Math.Min(int.MaxValue, (_limits.BytesPerHour + Unit - 1) / Unit);

    /// <summary>Adds the limit of requests to the limits of single routes.</summary>
    public void Configure(RateLimiterOptions options)
    {
        options.GlobalLimiter = new RequestLimiter(_requests);
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

    private RateLimitLease Take(Limiter limiter, Grant grant, string limit, string label, int count = 1)
    {
        var lease = limiter.Take(grant, count);
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

    /// <summary>One limit: what each account takes of it here, and whether the others leave room.</summary>
    private sealed class Limiter : IDisposable
    {
        private readonly KeyLimits _owner;
        private readonly int _limit;
        private readonly Func<KeyUsage, long> _ofUsage;
        private readonly PartitionedRateLimiter<Grant> _own;

        public Limiter(KeyLimits owner, int limit, Func<string, int, RateLimitPartition<string>> limited, Func<KeyUsage, long> ofUsage)
        {
            (_owner, _limit, _ofUsage) = (owner, limit, ofUsage);
            _own = PartitionedRateLimiter.Create<Grant, string>(
                grant => IsLimited(grant) ? limited(grant.Account, limit) : RateLimitPartition.GetNoLimiter(""));
        }

        /// <summary>What an account takes here.</summary>
        public long Taken(Grant grant) => IsLimited(grant) ? _limit - _own.GetStatistics(grant)!.CurrentAvailablePermits : 0;

        public RateLimitLease Take(Grant grant, int count)
        {
            if (IsLimited(grant))
            {
                // Whoever is told of accounts also lets go of those that take nothing.
                if (_owner._others.AreThere) _owner._accounts.TryAdd(grant.Account, grant);
                var elsewhere = _ofUsage(_owner._others.Of(grant.Account));
                if (elsewhere > 0 && elsewhere + Taken(grant) + count > _limit) return TakenElsewhere.Instance;
            }
            return _own.AttemptAcquire(grant, count);
        }

        public void Dispose() => _own.Dispose();

        private bool IsLimited(Grant grant) => _limit > 0 && _owner._keys.IsGuarded && !grant.IsNobody;
    }

    /// <summary>The limit of requests as ASP.NET asks for it.</summary>
    private sealed class RequestLimiter(Limiter limiter) : PartitionedRateLimiter<HttpContext>
    {
        public override RateLimiterStatistics? GetStatistics(HttpContext resource) => null;

        protected override RateLimitLease AttemptAcquireCore(HttpContext resource, int permitCount) =>
            limiter.Take(Grant.Of(resource.User), permitCount);

        protected override ValueTask<RateLimitLease> AcquireAsyncCore(
            HttpContext resource, int permitCount, CancellationToken cancellationToken) =>
            ValueTask.FromResult(AttemptAcquireCore(resource, permitCount));
    }

    /// <summary>No lease, because other nodes gave what there is.</summary>
    private sealed class TakenElsewhere : RateLimitLease
    {
        public static TakenElsewhere Instance { get; } = new();

        public override bool IsAcquired => false;

        public override IEnumerable<string> MetadataNames => [];

        public override bool TryGetMetadata(string metadataName, out object? metadata)
        {
            metadata = null;
            return false;
        }
    }
}
