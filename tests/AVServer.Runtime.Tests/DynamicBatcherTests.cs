using System.Diagnostics.Metrics;

namespace AVServer.Runtime.Tests;

[Trait("Category", "unit")]
public sealed class DynamicBatcherTests : IDisposable
{
    private const float Tolerance = 1e-6f; // float rounding in sums of another order

    private readonly SpotterFixture _spotter = new();

    public void Dispose() => _spotter.Dispose();

    [Fact]
    public async Task Lone_stream_steps_at_once_and_carries_its_cache()
    {
        using var batcher = _spotter.Batcher();
        var state = _spotter.Model.CreateState();
        var output = new float[_spotter.Model.OutputLength];

        var cache = 0f;
        for (var step = 0; step < 5; step++)
        {
            var (input, means) = _spotter.Input(stream: 7, step);
            await batcher.RunAsync(state, input, output);

            for (var i = 0; i < 2; i++)
                for (var k = 0; k < 2; k++) Assert.Equal(_spotter.Fake.Posterior(means[i], cache, k), output[(i * 2) + k], Tolerance);
            cache = ((means[0] + means[1]) / 2) + (cache / 2);
        }
    }

    [Theory]
    [InlineData(2)]
    [InlineData(7)]
    [InlineData(16)]
    public async Task Batch_in_any_order_equals_each_stream_alone(int streams)
    {
        var order = Enumerable.Range(0, streams).ToArray();
        new Random(streams).Shuffle(order);
        using var sizes = new BatchSizes();
        using var batcher = _spotter.Batcher(maxBatch: streams);
        var states = order.Select(_ => _spotter.Model.CreateState()).ToArray();
        var outputs = order.Select(_ => new float[_spotter.Model.OutputLength]).ToArray();
        await _spotter.Warm(batcher);

        for (var step = 0; step < 4; step++)
        {
            // The full batch runs without the clock: all but the last wait for company.
            var tasks = order.Select(s => batcher.RunAsync(states[s], _spotter.Input(s, step).Values, outputs[s]).AsTask()).ToArray();
            await Task.WhenAll(tasks);
        }

        for (var s = 0; s < streams; s++) AssertClose(await _spotter.Alone(s, 4), outputs[s], $"stream {s}");
        Assert.Contains(streams, sizes.Seen);
    }

    [Fact]
    public async Task Fifty_streams_at_once_equal_each_alone()
    {
        using var batcher = _spotter.Batcher(maxBatch: 16, workers: 2, delay: TimeSpan.FromMilliseconds(1), time: TimeProvider.System);

        var together = await Task.WhenAll(Enumerable.Range(0, 50).Select(s => Task.Run(() => _spotter.Run(batcher, s, 40))));

        for (var s = 0; s < 50; s++) AssertClose(await _spotter.Alone(s, 40), together[s], $"stream {s}");
    }

    [Fact]
    public async Task Step_with_company_waits_no_longer_than_the_delay()
    {
        using var batcher = _spotter.Batcher(maxBatch: 8, delay: TimeSpan.FromMilliseconds(5));
        await _spotter.Warm(batcher);

        var waiting = _spotter.Start(batcher, 1);
        await SpotterFixture.Until(() => _spotter.Time.SetTimers == 1);
        _spotter.Time.Advance(TimeSpan.FromMilliseconds(4));
        Assert.False(waiting.IsCompleted);
        var company = _spotter.Start(batcher, 2);
        _spotter.Time.Advance(TimeSpan.FromMilliseconds(1));

        await waiting;
        await company;
    }

    [Fact]
    public async Task Step_of_a_file_never_waits()
    {
        using var batcher = _spotter.Batcher(maxBatch: 8, delay: TimeSpan.FromMilliseconds(5));
        await _spotter.Warm(batcher);

        await batcher.RunAsync(
            _spotter.Model.CreateState(paced: false), _spotter.Input(1, 0).Values, new float[_spotter.Model.OutputLength]);
    }

    [Fact]
    public async Task Stream_whose_company_is_long_gone_does_not_wait()
    {
        using var batcher = _spotter.Batcher(delay: TimeSpan.FromMilliseconds(5));
        await _spotter.Warm(batcher);
        _spotter.Time.Advance(TimeSpan.FromMilliseconds(6));

        await _spotter.Start(batcher, 1);
    }

    [Fact]
    public async Task Reset_forgets_the_stream()
    {
        using var batcher = _spotter.Batcher();
        var state = _spotter.Model.CreateState();
        var output = new float[_spotter.Model.OutputLength];
        for (var step = 0; step < 3; step++) await batcher.RunAsync(state, _spotter.Input(step, step).Values, output);

        state.Reset();
        await batcher.RunAsync(state, _spotter.Input(1, 0).Values, output);

        Assert.Equal(await _spotter.Alone(1, 1), output);
    }

    private sealed class BatchSizes : IDisposable
    {
        private readonly List<int> _seen = [];
        private readonly MeterListener _listener = new();

        public BatchSizes()
        {
            _listener.InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Name == RuntimeMeter.Name && instrument.Name == "avserver.batch.size")
                    listener.EnableMeasurementEvents(instrument);
            };
            _listener.SetMeasurementEventCallback<int>((_, size, _, _) =>
            {
                lock (_seen) _seen.Add(size);
            });
            _listener.Start();
        }

        /// <summary>Sizes so far, of other tests' batchers too.</summary>
        public int[] Seen
        {
            get
            {
                lock (_seen) return [.. _seen];
            }
        }

        public void Dispose() => _listener.Dispose();
    }

    // Kernels round differently in batches of other sizes.
    private static void AssertClose(float[] expected, float[] got, string what)
    {
        Assert.Equal(expected.Length, got.Length);
        for (var i = 0; i < expected.Length; i++)
            Assert.True(Math.Abs(expected[i] - got[i]) <= Tolerance, $"{what}: value {i} is {got[i]}, alone {expected[i]}");
    }
}
