namespace AVServer.Detection;

/// <summary>What was heard in the last frames, phone by phone, for whoever looks back at a candidate. One stream's own.</summary>
public sealed class PhoneHistory
{
    private readonly PhoneStates _states;
    private readonly int _capacity;
    private readonly float[] _phones;    // [capacity, phones], ring
    private readonly float[] _best;
    private readonly float[] _rest;
    private readonly int[] _heard;

    /// <param name="states">Outputs of the phones.</param>
    /// <param name="capacity">Frames that are remembered.</param>
    public PhoneHistory(PhoneStates states, int capacity = 512)
    {
        (_states, _capacity) = (states, capacity);
        _phones = new float[capacity * states.Phones.Count];
        (_best, _rest, _heard) = (new float[capacity], new float[capacity], new int[capacity]);
    }

    /// <summary>Frames accepted so far.</summary>
    public long Count { get; private set; }

    /// <summary>The oldest frame that is still remembered.</summary>
    public long Oldest => Math.Max(0, Count - _capacity);

    /// <summary>Outputs of the phones.</summary>
    public PhoneStates States => _states;

    /// <summary>Takes the next frame.</summary>
    /// <param name="scores">The network's outputs; not kept.</param>
    public void Accept(ReadOnlySpan<float> scores)
    {
        var at = (int)(Count++ % _capacity);
        var phones = _phones.AsSpan(at * _states.Phones.Count, _states.Phones.Count);
        var (best, rest, heard) = (float.NegativeInfinity, float.NegativeInfinity, 0);
        for (var phone = 0; phone < phones.Length; phone++)
        {
            var score = Math.Max(WordSet.Best(scores, _states.Enter(phone)), WordSet.Best(scores, _states.Stay(phone)));
            phones[phone] = score;
            if (_states.IsSilence[phone]) rest = Math.Max(rest, score);
            if (score > best) (best, heard) = (score, phone);
        }
        (_best[at], _rest[at], _heard[at]) = (best, rest, heard);
    }

    /// <summary>Takes the next frame from another history.</summary>
    /// <param name="other">Remembers the frame; of the same phones.</param>
    /// <param name="frame">Which.</param>
    public void Accept(PhoneHistory other, long frame)
    {
        ArgumentNullException.ThrowIfNull(other);
        var at = (int)(Count++ % _capacity);
        other.Phones(frame).CopyTo(_phones.AsSpan(at * _states.Phones.Count, _states.Phones.Count));
        (_best[at], _rest[at], _heard[at]) = (other.Best(frame), other.Rest(frame), other.Heard(frame));
    }

    /// <summary>Scores of all phones in a frame.</summary>
    public ReadOnlySpan<float> Phones(long frame) => _phones.AsSpan((int)(frame % _capacity) * _states.Phones.Count, _states.Phones.Count);

    /// <summary>The best score of all in a frame.</summary>
    public float Best(long frame) => _best[frame % _capacity];

    /// <summary>The best score of silence in a frame.</summary>
    public float Rest(long frame) => _rest[frame % _capacity];

    /// <summary>The phone that scores best in a frame.</summary>
    public int Heard(long frame) => _heard[frame % _capacity];

    /// <summary>Forgets everything: frames count from 0 again.</summary>
    public void Reset() => Count = 0;
}
