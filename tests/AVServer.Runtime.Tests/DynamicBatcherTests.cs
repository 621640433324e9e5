using System.Diagnostics.Metrics;
using AVServer.TestKit;

namespace AVServer.Runtime.Tests;

[Trait("Category", "unit")]
public sealed class DynamicBatcherTests : IDisposable
{
    private const float Tolerance = 1e-6f; // float rounding in sums of another order

    private readonly TemporaryFolder _models = new();
    private readonly FakeSpotter _fake = new() { Mels = 10, Keywords = ["computer", "stop"], Gain = 0.3f, FailsFrom = 50 };
    private readonly StreamingModel _model;
    private readonly ManualTimeProvider _time = new();

    public DynamicBatcherTests()
    {
        _fake.Write(_models.Path);
        _model = StreamingModel.Load(ModelStore.Open(_models.Path).Get(_fake.Name));
    }

    public void Dispose()
    {
        _model.Dispose();
        _models.Dispose();
    }

    [Fact]
    public async Task Lone_stream_steps_at_once_and_carries_its_cache()
    {
        using var batcher = Batcher();
        var state = _model.CreateState();
        var output = new float[_model.OutputLength];

        var cache = 0f;
        for (var step = 0; step < 5; step++)
        {
            var (input, means) = Input(seed: 7, step);
            await batcher.RunAsync(state, input, output);

            for (var i = 0; i < 2; i++)
                for (var k = 0; k < 2; k++) Assert.Equal(_fake.Posterior(means[i], cache, k), output[(i * 2) + k], Tolerance);
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
        using var batcher = Batcher(maxBatch: streams);
        var states = order.Select(_ => _model.CreateState()).ToArray();
        var outputs = order.Select(_ => new float[_model.OutputLength]).ToArray();
        await Warm(batcher);

        for (var step = 0; step < 4; step++)
        {
            // The full batch runs without the clock: all but the last wait for company.
            var tasks = order.Select(s => batcher.RunAsync(states[s], Input(s, step).Values, outputs[s]).AsTask()).ToArray();
            await Task.WhenAll(tasks);
        }

        for (var s = 0; s < streams; s++) Assert.Equal(await Alone(s, 4), outputs[s]);
        Assert.Contains(streams, sizes.Seen);
    }

    [Fact]
    public async Task Fifty_streams_at_once_equal_each_alone()
    {
        using var batcher = Batcher(maxBatch: 16, workers: 2, delay: TimeSpan.FromMilliseconds(1), time: TimeProvider.System);

        var together = await Task.WhenAll(Enumerable.Range(0, 50).Select(s => Task.Run(() => Run(batcher, s, 40))));

        for (var s = 0; s < 50; s++) Assert.Equal(await Alone(s, 40), together[s]);
    }

    [Fact]
    public async Task Step_with_company_waits_no_longer_than_the_delay()
    {
        using var batcher = Batcher(maxBatch: 8, delay: TimeSpan.FromMilliseconds(5));
        await Warm(batcher);

        var waiting = Start(batcher, 1);
        await Until(() => _time.SetTimers == 1);
        _time.Advance(TimeSpan.FromMilliseconds(4));
        Assert.False(waiting.IsCompleted);
        var company = Start(batcher, 2);
        _time.Advance(TimeSpan.FromMilliseconds(1));

        await waiting;
        await company;
    }

    [Fact]
    public async Task Step_of_a_file_never_waits()
    {
        using var batcher = Batcher(maxBatch: 8, delay: TimeSpan.FromMilliseconds(5));
        await Warm(batcher);

        await batcher.RunAsync(_model.CreateState(paced: false), Input(1, 0).Values, new float[_model.OutputLength]);
    }

    [Fact]
    public async Task Stream_whose_company_is_long_gone_does_not_wait()
    {
        using var batcher = Batcher(delay: TimeSpan.FromMilliseconds(5));
        await Warm(batcher);
        _time.Advance(TimeSpan.FromMilliseconds(6));

        await Start(batcher, 1);
    }

    [Fact]
    public async Task Failing_member_fails_alone_and_keeps_its_state()
    {
        using var batcher = Batcher(maxBatch: 3);
        await Warm(batcher);
        var states = new[] { _model.CreateState(), _model.CreateState(), _model.CreateState() };
        var outputs = states.Select(_ => new float[_model.OutputLength]).ToArray();
        float[] tooLoud = [.. Enumerable.Repeat(60f, _model.InputLength)];

        var tasks = states.Select((state, s) => batcher.RunAsync(state, s == 1 ? tooLoud : Input(s, 0).Values, outputs[s]).AsTask()).ToArray();
        var e = await Assert.ThrowsAsync<InferenceException>(() => Task.WhenAll(tasks));

        Assert.Equal(_fake.Name, e.Model);
        Assert.Equal([true, false, true], tasks.Select(task => task.IsCompletedSuccessfully));
        Assert.Equal(await Alone(0, 1), outputs[0]);
        Assert.Equal(await Alone(2, 1), outputs[2]);
        Assert.All(states[1].Cache, value => Assert.Equal(0, value));
        _time.Advance(TimeSpan.FromSeconds(1));
        await batcher.RunAsync(states[1], Input(1, 0).Values, outputs[1]);
        Assert.Equal(await Alone(1, 1), outputs[1]);
    }

    [Theory]
    [InlineData(float.NaN, 0)]
    [InlineData(float.PositiveInfinity, 41)]
    [InlineData(float.NegativeInfinity, 79)]
    public async Task Value_that_is_no_number_is_refused_before_it_meets_others(float value, int index)
    {
        using var batcher = Batcher();
        var input = Input(1, 0).Values;
        input[index] = value;

        await Assert.ThrowsAsync<ArgumentException>(() => batcher.RunAsync(_model.CreateState(), input, new float[_model.OutputLength]).AsTask());
    }

    [Fact]
    public async Task Buffers_of_the_wrong_length_are_refused_with_the_right_one()
    {
        using var batcher = Batcher();
        var state = _model.CreateState();

        var input = await Assert.ThrowsAsync<ArgumentException>(() => batcher.RunAsync(state, new float[79], new float[4]).AsTask());
        var output = await Assert.ThrowsAsync<ArgumentException>(() => batcher.RunAsync(state, new float[80], new float[5]).AsTask());

        Assert.Contains("Expected 80 feature values, got 79", input.Message, StringComparison.Ordinal);
        Assert.Contains("Expected room for 4 posteriors, got 5", output.Message, StringComparison.Ordinal);
        Assert.False(state.IsBusy);
    }

    [Fact]
    public async Task Second_step_of_a_stream_is_refused_while_the_first_is_in_flight()
    {
        using var batcher = Batcher();
        await Warm(batcher);
        var state = _model.CreateState();
        var first = batcher.RunAsync(state, Input(1, 0).Values, new float[_model.OutputLength]);

        Assert.True(state.IsBusy);
        await Assert.ThrowsAsync<InvalidOperationException>(() => batcher.RunAsync(state, Input(1, 1).Values, new float[_model.OutputLength]).AsTask());
        Assert.Throws<InvalidOperationException>(state.Reset);

        await Until(() => _time.SetTimers == 1);
        _time.Advance(TimeSpan.FromMilliseconds(5));
        await first;
        Assert.False(state.IsBusy);
    }

    [Fact]
    public async Task Cancelled_step_leaves_the_queue_and_the_others_go_on()
    {
        using var batcher = Batcher(maxBatch: 3);
        await Warm(batcher);
        using var cancellation = new CancellationTokenSource();
        var cancelledState = _model.CreateState();
        var cancelled = batcher.RunAsync(cancelledState, Input(1, 0).Values, new float[_model.OutputLength], cancellation.Token).AsTask();
        var first = Start(batcher, 2);

        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
        await Task.WhenAll(first, Start(batcher, 3), Start(batcher, 4));

        _time.Advance(TimeSpan.FromSeconds(1));
        var output = new float[_model.OutputLength];
        await batcher.RunAsync(cancelledState, Input(1, 0).Values, output);
        Assert.Equal(await Alone(1, 1), output);
    }

    [Fact]
    public async Task Cancellation_before_the_step_costs_nothing()
    {
        using var batcher = Batcher();
        var state = _model.CreateState();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
            await batcher.RunAsync(state, Input(1, 0).Values, new float[_model.OutputLength], new CancellationToken(canceled: true)));
        Assert.False(state.IsBusy);
    }

    [Fact]
    public async Task Cancellations_at_random_moments_stall_and_corrupt_nobody()
    {
        using var batcher = Batcher(maxBatch: 8, workers: 2, delay: TimeSpan.FromMilliseconds(1), time: TimeProvider.System);

        await Task.WhenAll(Enumerable.Range(0, 20).Select(stream => Task.Run(() => Flicker(stream))));

        async Task Flicker(int stream)
        {
            var random = new Random(stream);
            var state = _model.CreateState();
            var output = new float[_model.OutputLength];
            for (var step = 0; step < 50;)
            {
                using var cancellation = new CancellationTokenSource();
                var task = batcher.RunAsync(state, Input(stream, step).Values, output, cancellation.Token);
                if (random.Next(2) == 0) await cancellation.CancelAsync();
                try
                {
                    await task;
                    step++;
                }
                catch (OperationCanceledException)
                {
                    // The same step again.
                }
            }
            Assert.Equal(await Alone(stream, 50), output);
        }
    }

    [Fact]
    public async Task Disposal_fails_the_steps_that_wait_and_refuses_new_ones()
    {
        var batcher = Batcher(maxBatch: 8);
        await Warm(batcher);
        var waiting = Start(batcher, 1);

        batcher.Dispose();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => waiting);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => Start(batcher, 2));
        batcher.Dispose();
    }

    [Fact]
    public async Task State_of_another_model_is_refused()
    {
        using var other = StreamingModel.Load(ModelStore.Open(_models.Path).Get(_fake.Name));
        using var batcher = Batcher();

        await Assert.ThrowsAsync<ArgumentException>(() => batcher.RunAsync(other.CreateState(), Input(1, 0).Values, new float[_model.OutputLength]).AsTask());
    }

    [Fact]
    public async Task Reset_forgets_the_stream()
    {
        using var batcher = Batcher();
        var state = _model.CreateState();
        var output = new float[_model.OutputLength];
        for (var step = 0; step < 3; step++) await batcher.RunAsync(state, Input(step, step).Values, output);

        state.Reset();
        await batcher.RunAsync(state, Input(1, 0).Values, output);

        Assert.Equal(await Alone(1, 1), output);
    }

    private DynamicBatcher Batcher(int maxBatch = 16, int workers = 1, TimeSpan? delay = null, TimeProvider? time = null) => new(
        _model, new RuntimeOptions { MaxBatch = maxBatch, Workers = workers, MaxQueueDelay = delay ?? TimeSpan.FromMilliseconds(5) }, time ?? _time);

    private Task Start(DynamicBatcher batcher, int stream) =>
        batcher.RunAsync(_model.CreateState(), Input(stream, 0).Values, new float[_model.OutputLength]).AsTask();

    /// <summary>Lets another stream step, so that whoever comes next has reason to expect company.</summary>
    private Task Warm(DynamicBatcher batcher) => Start(batcher, 1000);

    private async Task<float[]> Run(DynamicBatcher batcher, int stream, int steps)
    {
        var state = _model.CreateState();
        var output = new float[_model.OutputLength];
        for (var step = 0; step < steps; step++) await batcher.RunAsync(state, Input(stream, step).Values, output);
        return output;
    }

    private async Task<float[]> Alone(int stream, int steps)
    {
        using var batcher = Batcher();
        return await Run(batcher, stream, steps);
    }

    private (float[] Values, float[] Means) Input(int seed, int step)
    {
        var random = new Random((seed * 1000) + step);
        var values = new float[_model.InputLength];
        foreach (ref var value in values.AsSpan()) value = (random.NextSingle() * 4) - 2;
        return (values, [.. values.Chunk(values.Length / 2).Select(stride => stride.Average())]);
    }

    /// <summary>Waits for another thread to reach a state that the test then relies on.</summary>
    private static async Task Until(Func<bool> condition)
    {
        while (!condition()) await Task.Yield();
    }

    private sealed class BatchSizes : IDisposable
    {
        private readonly MeterListener _listener = new();

        public BatchSizes()
        {
            _listener.InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Name == RuntimeMeter.Name && instrument.Name == "avserver.batch.size") listener.EnableMeasurementEvents(instrument);
            };
            _listener.SetMeasurementEventCallback<int>((_, size, _, _) =>
            {
                lock (Seen) Seen.Add(size);
            });
            _listener.Start();
        }

        public List<int> Seen { get; } = [];

        public void Dispose() => _listener.Dispose();
    }
}
