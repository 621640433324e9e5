using System.Diagnostics.Metrics;

namespace AVServer.Runtime;

/// <summary>Runs the steps of many streams together: one model, one queue, a few workers.</summary>
/// <remarks>
/// A step runs at once when no other stream has stepped within the queue delay; otherwise it waits for company until the batch is full or
/// the oldest step has waited that long. A stream has at most one step in flight, so the queue can't grow beyond the streams: who awaits is
/// held back.
/// Thread-safe; a step allocates nothing. Each worker has a thread of its own, because a run blocks it.
/// </remarks>
public sealed class DynamicBatcher : IDisposable
{
    private readonly object _gate = new();
    private readonly StepQueue _queue = new();
    private readonly int _maxBatch;
    private readonly TimeSpan _maxDelay;
    private readonly TimeProvider _time;
    private readonly ITimer _alarm;
    private readonly Action<object?> _onCancelled;
    private readonly BatchMetrics _metrics;
    private readonly Thread[] _workers;
    private bool _alarmIsSet;
    private bool _isStopping;

    /// <summary>Starts the workers.</summary>
    /// <param name="model">The model; not disposed with the batcher.</param>
    /// <param name="options">Sizes and delays, already validated.</param>
    /// <param name="time">Clock of the queue delay.</param>
    /// <param name="meters">Where the batches' figures go; null for a meter of its own.</param>
    public DynamicBatcher(StreamingModel model, RuntimeOptions options, TimeProvider time, IMeterFactory? meters = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(time);
        Model = model;
        _maxBatch = options.MaxBatch;
        _maxDelay = options.MaxQueueDelay;
        _time = time;
        _alarm = time.CreateTimer(
            static self => ((DynamicBatcher)self!).OnAlarm(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _onCancelled = step => Cancel((PendingStep)step!);
        _metrics = new BatchMetrics(model.Manifest.Name, meters);
        _workers = new Thread[options.EffectiveWorkers];
        for (var i = 0; i < _workers.Length; i++)
        {
            _workers[i] = new Thread(Work) { IsBackground = true, Name = $"{model.Manifest.Name} {i}" };
            _workers[i].Start();
        }
    }

    /// <summary>The model that runs.</summary>
    public StreamingModel Model { get; }

    /// <summary>Runs one step of a stream.</summary>
    /// <param name="state">The stream's state; advanced only when the step succeeds.</param>
    /// <param name="input"><see cref="StreamingModel.InputLength"/> finite feature values; must not change before completion.</param>
    /// <param name="output">Receives <see cref="StreamingModel.OutputLength"/> posteriors; must not be touched before completion.</param>
    /// <param name="cancellationToken">Gives up while the step waits; one that runs is completed.</param>
    /// <returns>Await it exactly once, before the stream's next step.</returns>
    /// <exception cref="ArgumentException">A length is wrong, a value isn't a number, or the state is another model's.</exception>
    /// <exception cref="InvalidOperationException">A step of this stream is in flight.</exception>
    /// <exception cref="InferenceException">From the task: the model refused this input, no other stream's.</exception>
    /// <exception cref="ObjectDisposedException">The batcher was disposed; also from the task.</exception>
    public ValueTask RunAsync(
        StreamState state, ReadOnlyMemory<float> input, Memory<float> output, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(state);
        Check(state, input, output);
        if (cancellationToken.IsCancellationRequested) return ValueTask.FromCanceled(cancellationToken);

        var step = state.Step;
        step.Claim();
        var task = step.Begin(input, output, _onCancelled, cancellationToken);
        Exception? refusal = null;
        lock (_gate)
        {
            if (_isStopping) refusal = Disposed();
            // A cancellation before this moment found nothing in the queue to remove.
            else if (cancellationToken.IsCancellationRequested) refusal = new OperationCanceledException(cancellationToken);
            else Enqueue(step);
        }
        if (refusal is not null) step.End(refusal);
        return task;
    }

    /// <summary>Stops the workers after their batches; steps that wait fail with <see cref="ObjectDisposedException"/>.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_isStopping) return;
            _isStopping = true;
            Monitor.PulseAll(_gate);
        }
        foreach (var worker in _workers) worker.Join();
        _alarm.Dispose();
        while (_queue.First is { } step)
        {
            _queue.Remove(step);
            step.End(Disposed());
        }
        _metrics.Dispose();
    }

    private void Check(StreamState state, ReadOnlyMemory<float> input, Memory<float> output)
    {
        if (!ReferenceEquals(state.Model, Model))
            throw new ArgumentException(
                $"Expected a state of '{Model.Manifest.Name}', got one of '{state.Model.Manifest.Name}'.", nameof(state));
        if (input.Length != Model.InputLength)
            throw new ArgumentException($"Expected {Model.InputLength} feature values, got {input.Length}.", nameof(input));
        if (output.Length != Model.OutputLength)
            throw new ArgumentException($"Expected room for {Model.OutputLength} posteriors, got {output.Length}.", nameof(output));
        if (!BatchRunner.IsFinite(input.Span))
            throw new ArgumentException(
                "Expected finite feature values, got one that isn't; check the samples that they come from.", nameof(input));
    }

    private void Enqueue(PendingStep step)
    {
        _queue.Add(step, _time.GetTimestamp());
        if (ShouldRun(out _) || !_alarmIsSet) Monitor.Pulse(_gate);
    }

    /// <summary>Whether the queue's steps should wait no longer; if they should, for how long at most.</summary>
    private bool ShouldRun(out TimeSpan remaining)
    {
        var oldest = _queue.First!;
        remaining = TimeSpan.Zero;
        if (_queue.Count >= _maxBatch || _queue.UnpacedCount > 0) return true;
        if (_queue.CompanyAt(oldest) is not { } company || _time.GetElapsedTime(company, oldest.QueuedAt) > _maxDelay) return true;
        remaining = _maxDelay - _time.GetElapsedTime(oldest.QueuedAt);
        return remaining <= TimeSpan.Zero;
    }

    private void Work()
    {
        using var runner = new BatchRunner(Model, _maxBatch, _metrics);
        var members = new PendingStep[_maxBatch];
        while (TakeBatch(members) is > 0 and var size)
        {
            _metrics.Ran(size, _time.GetElapsedTime(members[0].QueuedAt));
            runner.Run(members.AsSpan(0, size));
            Array.Clear(members, 0, size);
        }
    }

    /// <summary>Waits for a batch and takes it out of the queue.</summary>
    /// <returns>Its size; 0 when the batcher stops.</returns>
    private int TakeBatch(PendingStep[] members)
    {
        lock (_gate)
        {
            while (true)
            {
                if (_isStopping) return 0;
                if (_queue.Count > 0)
                {
                    if (ShouldRun(out var remaining)) break;
                    SetAlarm(remaining);
                }
                Monitor.Wait(_gate);
            }
            var size = 0;
            for (; size < _maxBatch && _queue.First is { } step; size++)
            {
                _queue.Remove(step);
                members[size] = step;
            }
            if (_queue.Count > 0) Monitor.Pulse(_gate);
            return size;
        }
    }

    private void SetAlarm(TimeSpan delay)
    {
        if (_alarmIsSet) return;
        _alarmIsSet = true;
        // Timers tick in milliseconds: rounded up, so that one ring is enough.
        _alarm.Change(TimeSpan.FromMilliseconds(Math.Ceiling(delay.TotalMilliseconds)), Timeout.InfiniteTimeSpan);
    }

    private void OnAlarm()
    {
        lock (_gate)
        {
            _alarmIsSet = false;
            Monitor.Pulse(_gate);
        }
    }

    private void Cancel(PendingStep step)
    {
        lock (_gate)
        {
            // A late callback of an earlier step may meet the stream's next one, which has its own token.
            if (!step.IsQueued || !step.CancellationToken.IsCancellationRequested) return;
            _queue.Remove(step);
        }
        step.End(new OperationCanceledException(step.CancellationToken));
    }

    private ObjectDisposedException Disposed() => new(nameof(DynamicBatcher), $"The batcher of '{Model.Manifest.Name}' was disposed.");
}
