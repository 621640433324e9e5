using Microsoft.Extensions.Time.Testing;

namespace AVServer.Pipeline.Tests.Video;

[Trait("Category", "unit")]
public sealed class SenderPaceTests
{
    private static readonly TimeSpan Slack = TimeSpan.FromMilliseconds(250);
    private readonly FakeTimeProvider _clock = new();

    [Theory]
    [InlineData(1.0, true)]
    [InlineData(0.8, true)]
    [InlineData(1.6, false)]
    [InlineData(20.0, false)]
    public void Sender_is_live_as_long_as_it_is_not_faster_than_its_media(double speed, bool live)
    {
        var pace = new SenderPace(_clock, Slack);
        for (var i = 0; i < 25; i++) Next(pace, i, speed);   // nobody is told apart in the first moments
        for (var i = 25; i < 100; i++) Assert.Equal(live, Next(pace, i, speed));
    }

    [Fact]
    public void Bursts_of_a_live_sender_change_nothing()
    {
        var pace = new SenderPace(_clock, Slack);
        pace.IsLive(TimeSpan.FromSeconds(100));
        for (var second = 1; second < 10; second++)
        {
            _clock.Advance(TimeSpan.FromSeconds(1));
            for (var i = 0; i <= 5; i++) Assert.True(pace.IsLive(TimeSpan.FromSeconds(100 + second + (0.04 * i))));
        }
    }

    private bool Next(SenderPace pace, int picture, double speed)
    {
        var live = pace.IsLive(TimeSpan.FromSeconds(0.04 * picture));
        _clock.Advance(TimeSpan.FromSeconds(0.04 / speed));
        return live;
    }
}
