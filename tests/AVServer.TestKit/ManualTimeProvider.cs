using Microsoft.Extensions.Time.Testing;

namespace AVServer.TestKit;

/// <summary>
/// A clock that moves only when a test says so, and tells how many timers are set on it: what a test waits for before it moves the clock.
/// </summary>
public sealed class ManualTimeProvider : FakeTimeProvider
{
    private int _setTimers;

    /// <summary>How many timers are set to ring.</summary>
    public int SetTimers => Volatile.Read(ref _setTimers);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new CountedTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    private ITimer CreateUncounted(TimerCallback callback) =>
        base.CreateTimer(callback, null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

    private sealed class CountedTimer : ITimer
    {
        private readonly Lock _gate = new();
        private readonly ManualTimeProvider _clock;
        private readonly ITimer _timer;
        private bool _isSet;
        private bool _repeats;

        public CountedTimer(ManualTimeProvider clock, TimerCallback callback, object? state)
        {
            _clock = clock;
            _timer = clock.CreateUncounted(_ =>
            {
                lock (_gate) Count(_repeats);
                callback(state);
            });
        }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            // Counted once it is set: a test that sees it may move the clock.
            lock (_gate)
            {
                _repeats = period > TimeSpan.Zero;
                var changed = _timer.Change(dueTime, period);
                Count(changed && dueTime > TimeSpan.Zero);
                return changed;
            }
        }

        public void Dispose()
        {
            _timer.Dispose();
            lock (_gate) Count(false);
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }

        private void Count(bool isSet)
        {
            if (isSet != _isSet) Interlocked.Add(ref _clock._setTimers, isSet ? 1 : -1);
            _isSet = isSet;
        }
    }
}
