using AVServer.TestKit;

namespace AVServer.Client.Tests;

[Trait("Category", "unit")]
public sealed class ReconnectDelaysTests
{
    private readonly ManualTimeProvider _time = new();
    private readonly ReconnectDelays _delays;

    public ReconnectDelaysTests() =>
        _delays = new ReconnectDelays(new AVServerClientOptions(new Uri("http://127.0.0.1")) { Time = _time });

    [Fact]
    public async Task Waits_double_up_to_the_longest_and_half_of_each_is_left_to_chance()
    {
        foreach (var longest in new[] { 250, 500, 1_000, 2_000, 4_000, 8_000, 10_000, 10_000 }) await AssertWaitAsync(longest);
    }

    [Fact]
    public async Task Only_a_connection_that_held_makes_waits_short_again()
    {
        await AssertWaitAsync(250);
        await AssertWaitAsync(500);
        _delays.Connected();
        _time.Advance(TimeSpan.FromSeconds(4.9));
        await AssertWaitAsync(1_000);
        await AssertWaitAsync(2_000);
        _delays.Connected();
        _time.Advance(TimeSpan.FromSeconds(5));
        await AssertWaitAsync(250);
    }

    private async Task AssertWaitAsync(int longestMs)
    {
        var wait = _delays.WaitAsync(CancellationToken.None);
        _time.Advance(TimeSpan.FromMilliseconds((longestMs / 2) - 1));
        Assert.False(wait.IsCompleted);
        _time.Advance(TimeSpan.FromMilliseconds((longestMs / 2) + 2));
        await wait.WaitAsync(TestTimeout.Longest);
    }
}
