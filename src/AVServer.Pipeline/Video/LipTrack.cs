using AVServer.Runtime;

namespace AVServer.Pipeline;

/// <summary>
/// One face's lips for one model: the last ones by slot, and their features, each encoded once and only when somebody asks.
/// </summary>
/// <remarks>
/// One stream's own; one caller at a time. A slot without lips of its own repeats the one before, and before the first the first stands, in
/// training as in serving; measures that weren't taken lie between those beside them. A ROI that has stood still for longer than the
/// encoder looks back isn't encoded again: it would give what it gave.
/// </remarks>
internal sealed class LipTrack
{
    /// <summary>Slots that are remembered: a window, the encoder's delay, the largest skew, and time for the sound to catch up.</summary>
    public const int Capacity = 128;

    private const int EncoderReach = AudioVisualFiles.LipCacheFrames + 1;

    private readonly DynamicBatcher _encoder;
    private readonly StreamState _state;
    private readonly int _channels;
    private readonly LipMoment[] _lips = new LipMoment[Capacity];
    private readonly float[] _features;
    private readonly float[] _frame;
    private readonly float[] _output;
    private readonly int _width;
    private readonly int _measures;
    private long _first = long.MaxValue;
    private long _latest = long.MinValue;
    private long _encodedFrom = long.MaxValue;
    private long _encoded = long.MinValue;

    /// <param name="encoder">Shared by all streams.</param>
    /// <param name="channels">Of a ROI.</param>
    /// <param name="measures">Of a mouth; 0 where the model takes none.</param>
    public LipTrack(DynamicBatcher encoder, int channels, int measures)
    {
        (_encoder, _channels, _measures) = (encoder, channels, measures);
        _state = encoder.Model.CreateState(paced: false);   // asked for in bursts: company comes by itself while one runs
        _frame = new float[encoder.Model.InputLength];
        _output = new float[encoder.Model.OutputLength];
        _width = encoder.Model.OutputLength;
        _features = new float[Capacity * _width];
    }

    /// <summary>The latest slot that has lips.</summary>
    public long Latest => _latest;

    /// <summary>Writes a slot's lips, and repeats those before in slots that were left out.</summary>
    /// <param name="slot">One that is later than all, or one that so far only repeated another.</param>
    /// <param name="lips">Kept.</param>
    public void Set(long slot, in LipMoment lips)
    {
        if (_latest != long.MinValue && slot > _latest + Capacity) Forget();
        for (var missing = _latest + 1; _first != long.MaxValue && missing < slot; missing++)
            _lips[Index(missing)] = _lips[Index(missing - 1)];
        _lips[Index(slot)] = lips;
        _first = Math.Max(Math.Min(_first, slot), Math.Max(_latest, slot) - Capacity + 1);
        _latest = Math.Max(_latest, slot);
        if (slot <= _encoded) (_encodedFrom, _encoded) = (long.MaxValue, long.MinValue);
    }

    /// <summary>Repeats the last lips in a slot.</summary>
    public void Hold(long slot)
    {
        if (_first != long.MaxValue) Set(slot, _lips[Index(_latest)]);
    }

    /// <summary>Writes the features and measures of the slots before <paramref name="end"/>, oldest first.</summary>
    /// <param name="end">Slot after the window's last; lips up to a slot beyond it are needed, else the last are repeated.</param>
    /// <param name="window">Receives [slots, features + measures].</param>
    /// <param name="cancellationToken">Ends the wait for the encoder.</param>
    /// <exception cref="InvalidOperationException">No lips were ever written.</exception>
    public async ValueTask ReadAsync(long end, Memory<float> window, CancellationToken cancellationToken)
    {
        if (_first == long.MaxValue) throw new InvalidOperationException("Expected lips before their features are asked for, got none.");
        var values = _width + _measures;
        var slots = window.Length / values;
        for (var missing = _latest + 1; missing < end + AudioVisualFiles.LipDelayFrames; missing++) Hold(missing);
        await EncodeAsync(Math.Max(_first, end - slots), end + AudioVisualFiles.LipDelayFrames - 1, cancellationToken);
        for (var i = 0; i < slots; i++)
        {
            var slot = Math.Clamp(end - slots + i, _encodedFrom, _encoded - AudioVisualFiles.LipDelayFrames);
            var moment = window.Span.Slice(i * values, values);
            _features.AsSpan(Index(slot) * _width, _width).CopyTo(moment);
            ReadMeasures(slot, moment[_width..]);
        }
    }

    private void ReadMeasures(long slot, Span<float> target)
    {
        var (before, after) = (slot, slot);
        while (before > _first && _lips[Index(before)].Measures is null) before--;
        while (after < _latest && _lips[Index(after)].Measures is null) after++;
        var (from, to) = (_lips[Index(before)].Measures, _lips[Index(after)].Measures);
        var share = from is null ? 1 : to is null || before == after ? 0 : (slot - before) / (float)(after - before);
        for (var i = 0; i < target.Length; i++) target[i] = ((1 - share) * (from?[i] ?? 0)) + (share * (to?[i] ?? 0));
    }

    private async ValueTask EncodeAsync(long first, long last, CancellationToken cancellationToken)
    {
        if (first < _encodedFrom || first > _encoded + 1)
        {
            Convert(_lips[Index(first)].Roi);
            _state.BeginWith(_frame);
            (_encodedFrom, _encoded) = (first, first - 1);
        }
        for (var slot = _encoded + 1; slot <= last; slot++)
        {
            if (!StoodStill(slot))
            {
                Convert(_lips[Index(slot)].Roi);
                await _encoder.RunAsync(_state, _frame, _output, cancellationToken);
            }
            _output.CopyTo(_features.AsSpan(Index(slot - AudioVisualFiles.LipDelayFrames) * _width));
            _encoded = slot;
        }
        _encodedFrom = Math.Max(_encodedFrom, _encoded - Capacity + 1 + AudioVisualFiles.LipDelayFrames);
    }

    private bool StoodStill(long slot)
    {
        if (slot - EncoderReach < _encodedFrom) return false;
        for (var i = 1; i <= EncoderReach; i++)
            if (!ReferenceEquals(_lips[Index(slot)].Roi, _lips[Index(slot - i)].Roi)) return false;
        return true;
    }

    // [S, S, C] of bytes → [C, S, S] of shares.
    private void Convert(byte[] roi)
    {
        var pixels = roi.Length / _channels;
        for (var channel = 0; channel < _channels; channel++)
            for (var i = 0; i < pixels; i++) _frame[(channel * pixels) + i] = roi[(i * _channels) + channel] / 255f;
    }

    private void Forget() => (_first, _latest, _encodedFrom, _encoded) = (long.MaxValue, long.MinValue, long.MaxValue, long.MinValue);

    private static int Index(long slot) => (int)(((slot % Capacity) + Capacity) % Capacity);
}

/// <summary>A mouth in one slot.</summary>
/// <param name="Roi">[side, side, channels], 0 to 255.</param>
/// <param name="Measures">As many as the model takes; see <see cref="Vision.LipShape.Measure"/>. Null where the landmarks weren't
/// measured.</param>
internal readonly record struct LipMoment(byte[] Roi, float[]? Measures);
