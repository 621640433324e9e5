using System.Net.WebSockets;
using AVServer.Contracts;
using AVServer.Server.Events;
using AVServer.Server.Tests.Kit;
using AVServer.TestKit;
using Microsoft.Extensions.DependencyInjection;

namespace AVServer.Server.Tests.Streams;

/// <summary>When a stream's id is free for who sends next, on whichever node.</summary>
[Trait("Category", "server")]
public sealed class LeaseTests
{
    [Fact]
    public async Task Sender_is_told_the_end_when_the_lease_is_given_back()
    {
        var slow = new SlowToGiveBack();
        await using var server = await RunningServer.StartAsync(builder => builder.Services.AddSingleton<ISharedEvents>(slow));
        using var sender = await MediaSender.OpenAsync(server, "s");
        var stream = server.Registry.Find("s")!;
        await sender.SendTextAsync("""{"type":"end"}""");
        await slow.Asked.WaitAsync(TestTimeout.Token());
        Assert.False(stream.Completion.IsCompleted);
        slow.GiveBack();
        Assert.Empty(await sender.ReceiveAllAsync());
        Assert.Equal(WebSocketCloseStatus.NormalClosure, sender.CloseStatus);
    }

    [Fact]
    public async Task End_is_told_though_the_lease_can_t_be_given_back()
    {
        var slow = new SlowToGiveBack();
        await using var server = await RunningServer.StartAsync(builder => builder.Services.AddSingleton<ISharedEvents>(slow));
        using (var sender = await MediaSender.OpenAsync(server, "s")) await sender.CloseAsync();
        Assert.False(slow.IsGivenBack);
        slow.GiveBack();
    }

    private sealed class SlowToGiveBack : ISharedEvents, IStreamLease
    {
        private readonly SingleNode _alone = new();
        private readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _free = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public string? NodeName => _alone.NodeName;

        public string? Fault => _alone.Fault;

        public CancellationToken Lost => CancellationToken.None;

        public Task Asked => _asked.Task;

        public bool IsGivenBack => _free.Task.IsCompleted;

        public void GiveBack() => _free.TrySetResult();

        public ValueTask LoadAsync(EventLog log, CancellationToken cancellationToken) => _alone.LoadAsync(log, cancellationToken);

        public ValueTask<IStreamLease> LeaseAsync(EventLog log) => new(this);

        public Task DeleteAsync(string streamId, EventCursor upTo) => _alone.DeleteAsync(streamId, upTo);

        public Task<IReadOnlyList<StreamSummary>> StreamsOfOthersAsync() => _alone.StreamsOfOthersAsync();

        public Task<bool> CloseAsync(string streamId, CancellationToken cancellationToken) =>
            _alone.CloseAsync(streamId, cancellationToken);

        public async ValueTask DisposeAsync()
        {
            _asked.TrySetResult();
            await _free.Task;
        }
    }
}
