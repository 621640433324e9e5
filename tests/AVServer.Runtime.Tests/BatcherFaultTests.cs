namespace AVServer.Runtime.Tests;

[Trait("Category", "unit")]
public sealed class BatcherFaultTests : IDisposable
{
    private readonly SpotterFixture _spotter = new();

    public void Dispose() => _spotter.Dispose();

    [Fact]
    public async Task Failing_member_fails_alone_and_keeps_its_state()
    {
        using var batcher = _spotter.Batcher(maxBatch: 3);
        await _spotter.Warm(batcher);
        var states = new[] { _spotter.Model.CreateState(), _spotter.Model.CreateState(), _spotter.Model.CreateState() };
        var outputs = states.Select(_ => new float[_spotter.Model.OutputLength]).ToArray();
        float[] tooLoud = [.. Enumerable.Repeat(60f, _spotter.Model.InputLength)];

        var tasks = states.Select(
            (state, s) => batcher.RunAsync(state, s == 1 ? tooLoud : _spotter.Input(s, 0).Values, outputs[s]).AsTask()).ToArray();
        var e = await Assert.ThrowsAsync<InferenceException>(() => Task.WhenAll(tasks));

        Assert.Equal(_spotter.Fake.Name, e.Model);
        Assert.Equal([true, false, true], tasks.Select(task => task.IsCompletedSuccessfully));
        Assert.Equal(await _spotter.Alone(0, 1), outputs[0]);
        Assert.Equal(await _spotter.Alone(2, 1), outputs[2]);
        Assert.All(states[1].Cache, value => Assert.Equal(0, value));
        _spotter.Time.Advance(TimeSpan.FromSeconds(1));
        await batcher.RunAsync(states[1], _spotter.Input(1, 0).Values, outputs[1]);
        Assert.Equal(await _spotter.Alone(1, 1), outputs[1]);
    }

    [Theory]
    [InlineData(float.NaN, 0)]
    [InlineData(float.PositiveInfinity, 41)]
    [InlineData(float.NegativeInfinity, 79)]
    public async Task Value_that_is_no_number_is_refused_before_it_meets_others(float value, int index)
    {
        using var batcher = _spotter.Batcher();
        var input = _spotter.Input(1, 0).Values;
        input[index] = value;

        await Assert.ThrowsAsync<ArgumentException>(
            () => batcher.RunAsync(_spotter.Model.CreateState(), input, new float[_spotter.Model.OutputLength]).AsTask());
    }

    [Fact]
    public async Task Buffers_of_the_wrong_length_are_refused_with_the_right_one()
    {
        using var batcher = _spotter.Batcher();
        var state = _spotter.Model.CreateState();

        var input = await Assert.ThrowsAsync<ArgumentException>(() => batcher.RunAsync(state, new float[79], new float[4]).AsTask());
        var output = await Assert.ThrowsAsync<ArgumentException>(() => batcher.RunAsync(state, new float[80], new float[5]).AsTask());

        Assert.Contains("Expected 80 feature values, got 79", input.Message, StringComparison.Ordinal);
        Assert.Contains("Expected room for 4 posteriors, got 5", output.Message, StringComparison.Ordinal);
        Assert.False(state.IsBusy);
    }

    [Fact]
    public async Task Second_step_of_a_stream_is_refused_while_the_first_is_in_flight()
    {
        using var batcher = _spotter.Batcher();
        await _spotter.Warm(batcher);
        var state = _spotter.Model.CreateState();
        var first = batcher.RunAsync(state, _spotter.Input(1, 0).Values, new float[_spotter.Model.OutputLength]);

        Assert.True(state.IsBusy);
        await Assert.ThrowsAsync<InvalidOperationException>(
            () => batcher.RunAsync(state, _spotter.Input(1, 1).Values, new float[_spotter.Model.OutputLength]).AsTask());
        Assert.Throws<InvalidOperationException>(state.Reset);

        await SpotterFixture.Until(() => _spotter.Time.SetTimers == 1);
        _spotter.Time.Advance(TimeSpan.FromMilliseconds(5));
        await first;
        Assert.False(state.IsBusy);
    }

    [Fact]
    public async Task Cancelled_step_leaves_the_queue_and_the_others_go_on()
    {
        using var batcher = _spotter.Batcher(maxBatch: 3);
        await _spotter.Warm(batcher);
        using var cancellation = new CancellationTokenSource();
        var cancelledState = _spotter.Model.CreateState();
        var cancelled = batcher.RunAsync(
            cancelledState, _spotter.Input(1, 0).Values, new float[_spotter.Model.OutputLength], cancellation.Token).AsTask();
        var first = _spotter.Start(batcher, 2);

        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
        await Task.WhenAll(first, _spotter.Start(batcher, 3), _spotter.Start(batcher, 4));

        _spotter.Time.Advance(TimeSpan.FromSeconds(1));
        var output = new float[_spotter.Model.OutputLength];
        await batcher.RunAsync(cancelledState, _spotter.Input(1, 0).Values, output);
        Assert.Equal(await _spotter.Alone(1, 1), output);
    }

    [Fact]
    public async Task Cancellation_before_the_step_costs_nothing()
    {
        using var batcher = _spotter.Batcher();
        var state = _spotter.Model.CreateState();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
            await batcher.RunAsync(
                state, _spotter.Input(1, 0).Values, new float[_spotter.Model.OutputLength], new CancellationToken(canceled: true)));
        Assert.False(state.IsBusy);
    }

    [Fact]
    public async Task Cancellations_at_random_moments_stall_and_corrupt_nobody()
    {
        using var batcher = _spotter.Batcher(maxBatch: 8, workers: 2, delay: TimeSpan.FromMilliseconds(1), time: TimeProvider.System);

        await Task.WhenAll(Enumerable.Range(0, 20).Select(stream => Task.Run(() => Flicker(stream))));

        async Task Flicker(int stream)
        {
            var random = new Random(stream);
            var state = _spotter.Model.CreateState();
            var output = new float[_spotter.Model.OutputLength];
            for (var step = 0; step < 50;)
            {
                using var cancellation = new CancellationTokenSource();
                var task = batcher.RunAsync(state, _spotter.Input(stream, step).Values, output, cancellation.Token);
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
            Assert.Equal(await _spotter.Alone(stream, 50), output);
        }
    }

    [Fact]
    public async Task Disposal_fails_the_steps_that_wait_and_refuses_new_ones()
    {
        var batcher = _spotter.Batcher(maxBatch: 8);
        await _spotter.Warm(batcher);
        var waiting = _spotter.Start(batcher, 1);

        batcher.Dispose();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => waiting);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => _spotter.Start(batcher, 2));
        batcher.Dispose();
    }

    [Fact]
    public async Task State_of_another_model_is_refused()
    {
        using var other = _spotter.Load();
        using var batcher = _spotter.Batcher();

        await Assert.ThrowsAsync<ArgumentException>(
            () => batcher.RunAsync(other.CreateState(), _spotter.Input(1, 0).Values, new float[_spotter.Model.OutputLength]).AsTask());
    }
}
