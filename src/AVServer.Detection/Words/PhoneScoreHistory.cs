namespace AVServer.Detection;

/// <summary>Scores of all phones in a stream's last frames, for measuring a candidate once it is complete. One stream's own.</summary>
public sealed class PhoneScoreHistory
{
    private readonly PhoneStates _states;
    private readonly int _capacity;
    private readonly float[] _scores;    // [capacity, phones], ring
    private readonly float[] _bestScore;
    private readonly float[] _bestSilence;
    private readonly int[] _bestPhone;

    /// <param name="states">Outputs of the phones.</param>
    /// <param name="capacity">Frames that are remembered.</param>
    public PhoneScoreHistory(PhoneStates states, int capacity = 512)
    {
        (_states, _capacity) = (states, capacity);
        _scores = new float[capacity * states.Phones.Count];
        (_bestScore, _bestSilence, _bestPhone) = (new float[capacity], new float[capacity], new int[capacity]);
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
        var phones = _scores.AsSpan(at * _states.Phones.Count, _states.Phones.Count);
        var (best, silence, bestPhone) = (float.NegativeInfinity, float.NegativeInfinity, 0);
        for (var phone = 0; phone < phones.Length; phone++)
        {
            var score = Math.Max(WordSet.Best(scores, _states.Enter(phone)), WordSet.Best(scores, _states.Stay(phone)));
            phones[phone] = score;
            if (_states.IsSilence[phone]) silence = Math.Max(silence, score);
            if (score > best) (best, bestPhone) = (score, phone);
        }
        (_bestScore[at], _bestSilence[at], _bestPhone[at]) = (best, silence, bestPhone);
    }

    /// <summary>Takes the next frame from another history.</summary>
    /// <param name="other">Remembers the frame; of the same phones.</param>
    /// <param name="frame">Which.</param>
    public void Accept(PhoneScoreHistory other, long frame)
    {
        ArgumentNullException.ThrowIfNull(other);
        var at = (int)(Count++ % _capacity);
        other.Scores(frame).CopyTo(_scores.AsSpan(at * _states.Phones.Count, _states.Phones.Count));
        (_bestScore[at], _bestSilence[at], _bestPhone[at]) = (other.BestScore(frame), other.BestSilence(frame), other.BestPhone(frame));
    }

    /// <summary>Scores of all phones in a frame.</summary>
    public ReadOnlySpan<float> Scores(long frame) => _scores.AsSpan((int)(frame % _capacity) * _states.Phones.Count, _states.Phones.Count);

    /// <summary>The best score of all in a frame.</summary>
    public float BestScore(long frame) => _bestScore[frame % _capacity];

    /// <summary>The best score of silence in a frame.</summary>
    public float BestSilence(long frame) => _bestSilence[frame % _capacity];

    /// <summary>The phone that scores best in a frame.</summary>
    public int BestPhone(long frame) => _bestPhone[frame % _capacity];

    /// <summary>Forgets everything: frames count from 0 again.</summary>
    public void Reset() => Count = 0;
}
