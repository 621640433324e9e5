using System.Numerics;
using System.Runtime.InteropServices;

namespace AVServer.Runtime;

/// <summary>Runs one batch: gathers its members' inputs and caches, runs the graph, scatters the results. One for each worker.</summary>
internal sealed class BatchRunner(StreamingModel model, int maxBatch, BatchMetrics metrics) : IDisposable
{
    private readonly BatchBuffers _buffers = new(model, maxBatch);

    /// <summary>Runs the members and completes every one of them, whatever happens.</summary>
    public void Run(ReadOnlySpan<PendingStep> members)
    {
        if (TryRun(members) is { } failure)
        {
            if (members.Length == 1) Fail(members[0], failure);
            else
            {
                // The graph names no culprit: each member alone, so that only the culprit fails.
                for (var i = 0; i < members.Length; i++) Run(members.Slice(i, 1));
            }
            return;
        }
        for (var i = 0; i < members.Length; i++) Complete(members[i], i);
    }

    public void Dispose() => _buffers.Dispose();

    /// <summary>Whether every value is a number; a single other one would stay in a stream's cache for good.</summary>
    internal static bool IsFinite(ReadOnlySpan<float> values)
    {
        var vectors = MemoryMarshal.Cast<float, Vector<float>>(values);
        foreach (var vector in vectors)
            if (!Vector.EqualsAll(vector - vector, Vector<float>.Zero)) return false; // ∞ - ∞ and NaN - NaN aren't 0
        foreach (var value in values[(vectors.Length * Vector<float>.Count)..])
            if (!float.IsFinite(value)) return false;
        return true;
    }

    private Exception? TryRun(ReadOnlySpan<PendingStep> members)
    {
        for (var i = 0; i < members.Length; i++)
        {
            members[i].Input.Span.CopyTo(_buffers.Input(i));
            members[i].State.Cache.CopyTo(_buffers.Cache(i));
        }
        try
        {
            _buffers.Run(members.Length);
            return null;
        }
        catch (Exception e)
        {
            // Whatever it is, it belongs to a member: the worker has the other streams to serve.
            return e;
        }
    }

    private void Complete(PendingStep step, int index)
    {
        var output = _buffers.Output(index);
        if (!IsFinite(output))
        {
            Fail(step, null);
            return;
        }
        output.CopyTo(step.Output.Span);
        _buffers.NextCache(index).CopyTo(step.State.Cache);
        step.End(null);
    }

    private void Fail(PendingStep step, Exception? cause)
    {
        metrics.Failed();
        step.End(new InferenceException(model.Manifest.Name, cause?.Message ?? "posteriors that aren't numbers", cause));
    }
}
