using AVServer.Contracts;

namespace AVServer.Server.Delivery.Mqtt;

/// <summary>What is retained of a stream.</summary>
/// <param name="Open">Whether somebody sends on it.</param>
/// <param name="Since">When that began.</param>
/// <param name="Reason">Why it ended; absent while it is open.</param>
internal sealed record MqttStreamState(bool Open, DateTimeOffset Since, CloseReason? Reason = null);

/// <summary>
/// The states of streams that stand at the broker, or shall: no more closed ones than are to be kept. They are published when the broker
/// is there, the latest alone.
/// </summary>
internal sealed class MqttStreamStates(int kept)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, MqttStreamState> _states = [];
    private readonly LinkedList<string> _closed = [];   // oldest first
    private readonly HashSet<string> _changed = [];

    /// <summary>Takes what an event says of its stream.</summary>
    public void Accept(StreamEvent streamEvent)
    {
        if (streamEvent is OpenedEvent) Set(streamEvent.StreamId, new MqttStreamState(true, streamEvent.At));
        else if (streamEvent is ClosedEvent closed) Set(streamEvent.StreamId, new MqttStreamState(false, streamEvent.At, closed.Reason));
    }

    /// <summary>Takes a state that stood at the broker from before; what is known here is newer.</summary>
    /// <returns>Whether it wasn't known.</returns>
    public bool AcceptRetained(string streamId, MqttStreamState state)
    {
        lock (_gate)
        {
            if (_states.ContainsKey(streamId)) return false;
            Set(streamId, state);
            return true;
        }
    }

    /// <summary>Forgets a stream that is not open: nothing of it shall stand at the broker.</summary>
    public void Forget(string streamId)
    {
        lock (_gate)
        {
            if (_states.TryGetValue(streamId, out var state) && state.Open) return;
            _states.Remove(streamId);
            _closed.Remove(streamId);
            _changed.Add(streamId);
        }
    }

    /// <summary>Everything has to be published again.</summary>
    public void ChangeAll()
    {
        lock (_gate) _changed.UnionWith(_states.Keys);
    }

    /// <summary>Publishes what has to be, stream by stream; what fails stays to be published.</summary>
    /// <param name="publish">Publishes a state; null: nothing shall stand there any more.</param>
    public async Task PublishChangedAsync(Func<string, MqttStreamState?, Task> publish)
    {
        while (TryFindChanged(out var streamId, out var state))
        {
            await publish(streamId, state);
            // Unless it changed meanwhile.
            lock (_gate)
                if (_states.GetValueOrDefault(streamId) == state) _changed.Remove(streamId);
        }
    }

    private bool TryFindChanged(out string streamId, out MqttStreamState? state)
    {
        lock (_gate)
        {
            streamId = _changed.FirstOrDefault("");
            state = _states.GetValueOrDefault(streamId);
            return streamId.Length > 0;
        }
    }

    private void Set(string streamId, MqttStreamState state)
    {
        lock (_gate)
        {
            _states[streamId] = state;
            _changed.Add(streamId);
            _closed.Remove(streamId);
            if (!state.Open) _closed.AddLast(streamId);
            while (_closed.Count > kept)
            {
                var oldest = _closed.First!.Value;
                _closed.RemoveFirst();
                _states.Remove(oldest);
                _changed.Add(oldest);
            }
        }
    }
}
