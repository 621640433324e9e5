using System.Net;
using AVServer.Contracts;
using AVServer.Media.Pull;
using AVServer.Pipeline;
using AVServer.Server.Configuration;
using AVServer.Server.Keywords;
using AVServer.Server.Observability;
using AVServer.Server.Security;
using AVServer.Server.Streams;
using Microsoft.Extensions.Options;

namespace AVServer.Server.Sources;

/// <summary>
/// The sources of this process: one a stream id, no more than the limit. One that was given up stays to be looked at, until its place is
/// wanted.
/// </summary>
internal sealed class SourceRegistry : ISharedSources, IHostedService
{
    private readonly SourceParts _parts;
    private readonly QueryWords _words;
    private readonly KeyLimits _keyLimits;
    private readonly Lock _gate = new();
    private readonly Dictionary<string, PulledSource> _sources = [];
    private bool _stopped;

    public SourceRegistry(
        LivePull pull, IOptions<PullOptions> options, IOptions<ServerLimits> limits, StreamRegistry streams, QueryWords words,
        KeyLimits keyLimits, FaultReports faults, SourceMetrics metrics, TimeProvider time, ILogger<SourceRegistry> logger)
    {
        var rules = new PullRules(
            [.. options.Value.AllowedNetworks.Select(network => IPNetwork.Parse(network))], options.Value.AnswerTimeout,
            options.Value.MediaTimeout)
        {
            TrustedCertificates = [.. options.Value.TrustedCertificates.Select(PullOptions.HexOf)],
        };
        _parts = new SourceParts(pull, options.Value, rules, streams, limits.Value, faults, metrics, time, logger);
        (_words, _keyLimits) = (words, keyLimits);
    }

    /// <summary>How it goes with each, by stream id.</summary>
    public IReadOnlyList<SourceStatus> All
    {
        get { lock (_gate) return [.. _sources.Values.Select(source => source.Status).OrderBy(status => status.StreamId)]; }
    }

    /// <summary>How it goes with one; null where there is none.</summary>
    public SourceStatus? Find(string streamId)
    {
        lock (_gate) return _sources.GetValueOrDefault(streamId)?.Status;
    }

    public async Task<PulledSource> AddAsync(SourceRequest request, Grant grant, CancellationToken cancellationToken)
    {
        StreamIds.Check(request.StreamId);
        if (!request.Sound && !request.Pictures)
            throw new RefusedException(
                FaultCodes.BadRequest, "Expected sound or pictures to be pulled, got neither; leave one of them true.");
        var address = SourceAddress.Parse(request.Url);
        var words = await _words.PrepareAsync([.. request.Words ?? []], cancellationToken);
        var hello = new MediaHello(
            MediaHello.CurrentProtocol, request.Sound ? LivePull.Audio : null, request.Pictures ? new VideoFormat() : null);
        var place = _keyLimits.Stream(grant);
        var pull = new PullRequest(address, request.Sound, request.Pictures);
        var stream = new StreamRequest(request.StreamId, hello, request.Telemetry) { Words = words };
        var source = new PulledSource(pull, stream, _parts, _keyLimits.Bytes(grant), place);
        try
        {
            lock (_gate) Enter(source);
        }
        catch
        {
            source.Dispose();
            throw;
        }
        return source;
    }

    public async Task<bool> RemoveAsync(string streamId, CancellationToken cancellationToken)
    {
        PulledSource? source;
        lock (_gate)
            if (!_sources.Remove(streamId, out source)) return false;
        await source.StopAsync().WaitAsync(cancellationToken);
        return true;
    }

    public Task<IReadOnlyList<SourceStatus>> AllAsync() => Task.FromResult(All);

    public Task<SourceStatus?> FindAsync(string streamId) => Task.FromResult(Find(streamId));

    public async Task RemoveAsync(PulledSource source)
    {
        lock (_gate)
            if (_sources.GetValueOrDefault(source.StreamId) == source) _sources.Remove(source.StreamId);
        await source.StopAsync();
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        PulledSource[] all;
        lock (_gate)
        {
            _stopped = true;
            all = [.. _sources.Values];
            _sources.Clear();
        }
        await Task.WhenAll(all.Select(source => source.StopAsync())).WaitAsync(cancellationToken)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>What is told where the stream has a source, or a sender.</summary>
    public static RefusedException Busy() => new(
        FaultCodes.StreamBusy, "Someone already sends on this stream id, or it is pulled; choose another or close that stream first.");

    private void Enter(PulledSource source)
    {
        if (_stopped || _parts.Streams.IsDraining) throw RefusedException.Stopping();
        var before = _sources.GetValueOrDefault(source.StreamId);
        if (before is { IsOver: false } || _parts.Streams.Find(source.StreamId) is not null)
            throw Busy();
        if (before is null && _sources.Count >= _parts.Options.MaxSources && !ForgetOne())
            throw new RefusedException(
                FaultCodes.LimitExceeded,
                $"Expected at most {_parts.Options.MaxSources} sources (Pull:MaxSources), got one more; end another first.");
        _sources[source.StreamId] = source;
        source.Start();
    }

    // The one that is over for the longest time.
    private bool ForgetOne() =>
        _sources.Values.Where(source => source.IsOver).MinBy(source => source.Status.Since) is { } over && _sources.Remove(over.StreamId);
}
