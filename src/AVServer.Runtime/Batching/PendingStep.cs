using System.Threading.Tasks.Sources;

namespace AVServer.Runtime;

/// <summary>
/// The one step that a stream may have in flight: its buffers, its place in the queue, its completion. Reused, so that a step allocates
/// nothing.
/// </summary>
internal sealed class PendingStep : IValueTaskSource
{
    // Continuations run elsewhere: the worker must go on with the next batch.
    private ManualResetValueTaskSourceCore<bool> _completion = new() { RunContinuationsAsynchronously = true };
    private CancellationTokenRegistration _registration;
    private int _claimed;

    public PendingStep(StreamState state, bool paced)
    {
        State = state;
        IsPaced = paced;
    }

    public StreamState State { get; }

    /// <summary>Input arrives at the speed of sound: waiting for company costs only latency.</summary>
    public bool IsPaced { get; }

    public bool IsClaimed => Volatile.Read(ref _claimed) != 0;

    public ReadOnlyMemory<float> Input { get; private set; }

    public Memory<float> Output { get; private set; }

    public CancellationToken CancellationToken { get; private set; }

    /// <summary>Time stamp of the step's arrival.</summary>
    public long QueuedAt { get; set; }

    /// <summary>Guarded by the queue's lock, like the links.</summary>
    public bool IsQueued { get; set; }

    public PendingStep? Next { get; set; }

    public PendingStep? Previous { get; set; }

    public void Claim()
    {
        if (Interlocked.CompareExchange(ref _claimed, 1, 0) != 0)
            throw new InvalidOperationException(
                "Expected one step of a stream at a time, got a second while the first is in flight; await each step before the next.");
    }

    public void Release() => Volatile.Write(ref _claimed, 0);

    /// <summary>Fills the claimed step.</summary>
    /// <param name="input">Input of the step; borrowed until completion.</param>
    /// <param name="output">Output of the step; borrowed until completion.</param>
    /// <param name="onCancelled">Called with this step when <paramref name="cancellationToken"/> is cancelled.</param>
    /// <param name="cancellationToken">Takes the step out of the queue.</param>
    /// <returns>The task of the step.</returns>
    public ValueTask Begin(
        ReadOnlyMemory<float> input, Memory<float> output, Action<object?> onCancelled, CancellationToken cancellationToken)
    {
        _completion.Reset();
        Input = input;
        Output = output;
        CancellationToken = cancellationToken;
        _registration = cancellationToken.CanBeCanceled ? cancellationToken.UnsafeRegister(onCancelled, this) : default;
        return new ValueTask(this, _completion.Version);
    }

    /// <summary>Ends the step; with an exception it failed. The stream may begin its next step before this returns.</summary>
    public void End(Exception? exception)
    {
        // Not Dispose: that waits for a callback that may be waiting for the queue's lock.
        _registration.Unregister();
        _registration = default;
        Input = default;
        Output = default;
        Release();
        if (exception is null) _completion.SetResult(true);
        else _completion.SetException(exception);
    }

    void IValueTaskSource.GetResult(short token) => _completion.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _completion.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _completion.OnCompleted(continuation, state, token, flags);
}
