using AVServer.Server.Streams;
using AVServer.TestKit;

namespace AVServer.Server.Tests.Streams;

[Trait("Category", "unit")]
public sealed class StreamLagTests
{
    private static readonly TimeSpan Chunk = TimeSpan.FromMilliseconds(80);
    private readonly ManualTimeProvider _time = new();
    private readonly StreamLag _lag;

    public StreamLagTests() => _lag = new StreamLag(_time);

    [Fact]
    public void Stream_that_is_heard_at_once_has_no_lag()
    {
        for (var i = 0; i < 20; i++)
        {
            _lag.Arrived(i * Chunk);
            _lag.Finished();
            _time.Advance(Chunk);
        }
        Assert.Equal(TimeSpan.Zero, _lag.Read()?.Lag);
    }

    [Fact]
    public void What_was_heard_since_the_last_reading_is_told()
    {
        for (var i = 0; i < 5; i++) _lag.Arrived(i * Chunk);
        for (var i = 0; i < 3; i++) _lag.Finished();
        Assert.Equal(2 * Chunk, _lag.Read()?.Heard);   // from the first chunk on
        _lag.Finished();
        Assert.Equal(Chunk, _lag.Read()?.Heard);
        Assert.Equal(TimeSpan.Zero, _lag.Read()?.Heard);
    }

    [Fact]
    public void Stream_of_which_nothing_came_has_none_that_could_be_told() => Assert.Null(_lag.Read());

    [Fact]
    public void Chunk_that_nobody_is_done_with_is_behind_since_it_came()
    {
        _lag.Arrived(TimeSpan.Zero);
        _time.Advance(TimeSpan.FromSeconds(3));
        Assert.Equal(TimeSpan.FromSeconds(3), _lag.Read()?.Lag);
    }

    [Fact]
    public void Time_that_a_sender_was_made_to_wait_counts_though_few_chunks_wait()
    {
        // Heard at half its speed, with never more than two chunks before the pipeline: the rest waits in the sender's socket.
        _lag.Arrived(TimeSpan.Zero);
        for (var i = 1; i <= 50; i++)
        {
            _lag.Arrived(i * Chunk);
            _time.Advance(2 * Chunk);
            _lag.Finished();
            if (i == 49) _lag.Read();
        }
        Assert.InRange(_lag.Read()!.Value.Lag, 49 * Chunk, 53 * Chunk);
    }

    [Fact]
    public void Burst_that_is_worked_off_before_the_next_reading_is_no_lag()
    {
        for (var burst = 0; burst < 3; burst++)
        {
            for (var i = 0; i < 5; i++) _lag.Arrived(((burst * 5) + i) * Chunk);
            for (var i = 0; i < 5; i++)
            {
                _time.Advance(Chunk / 8);
                _lag.Finished();
            }
            _time.Advance(4 * Chunk);
            Assert.Equal(TimeSpan.Zero, _lag.Read()?.Lag);
        }
    }

    [Fact]
    public void Sender_that_paused_and_then_goes_on_where_it_was_has_no_lag()
    {
        _lag.Arrived(TimeSpan.Zero);
        _lag.Finished();
        _time.Advance(TimeSpan.FromMinutes(1));
        _lag.Arrived(Chunk);
        _lag.Finished();
        Assert.Equal(TimeSpan.Zero, _lag.Read()?.Lag);
    }

    [Fact]
    public void File_that_is_sent_as_fast_as_it_is_taken_does_not_count()
    {
        // Thirty chunks always wait; the machine hears them at three times their speed.
        for (var i = 0; i < 30; i++) _lag.Arrived(i * Chunk);
        for (var i = 30; i < 300; i++)
        {
            _time.Advance(Chunk / 3);
            _lag.Finished();
            _lag.Arrived(i * Chunk);
            Assert.Null(_lag.Read());
        }
    }

    [Fact]
    public void Container_is_behind_by_what_its_time_falls_back()
    {
        for (var i = 1; i <= 100; i++)
        {
            _lag.Sent(came: true);
            _lag.Sent(came: false);
            _time.Advance(Chunk);
            // At half its speed from the fiftieth on.
            _lag.Decoded((i <= 50 ? i : 50 + ((i - 50) / 2.0)) * Chunk);
            if (i == 50) Assert.Equal(TimeSpan.Zero, _lag.Read()?.Lag);
            if (i == 99) _lag.Read();
        }
        Assert.Equal(25 * Chunk, _lag.Read()?.Lag);
    }

    [Fact]
    public void Container_whose_sender_paused_has_no_lag()
    {
        _lag.Sent(came: true);
        _lag.Decoded(Chunk);
        _time.Advance(TimeSpan.FromSeconds(5));
        _lag.Read();
        _lag.Sent(came: true);
        _lag.Decoded(2 * Chunk);
        Assert.Equal(TimeSpan.Zero, _lag.Read()?.Lag);
    }
}
