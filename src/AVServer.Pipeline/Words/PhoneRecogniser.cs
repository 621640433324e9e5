using AVServer.Runtime;
using AVServer.Signal;

namespace AVServer.Pipeline;

/// <summary>Sound → scores of phones: cepstra and the phone network of one stream. One stream's own; one caller at a time.</summary>
internal sealed class PhoneRecogniser
{
    /// <summary>Steps after the gate closed, or the sound ended, until every word in it is a candidate.</summary>
    public const int LatencySteps = 9;

    /// <summary>Called with the scores of each output; they are valid for the call.</summary>
    public delegate void OutputHandler(ReadOnlySpan<float> scores);

    private readonly WordModel _model;
    private readonly StreamState _state;
    private readonly OnlineMfcc _features;
    private readonly float[] _chunk;
    private readonly float[] _scores;
    private readonly int _primingChunks;
    private long _outputs;
    private int _filled;
    private bool _primed;

    /// <param name="model">Shared.</param>
    /// <param name="paced">Whether the sound arrives at its own speed.</param>
    public PhoneRecogniser(WordModel model, bool paced)
    {
        _model = model;
        _state = model.Network.Model.CreateState(paced);
        _features = new OnlineMfcc(model.Features, 2 * AudioClock.StepSamples);
        _chunk = new float[model.ChunkFrames * model.Features.Dim];
        _scores = new float[model.Network.Model.OutputLength];
        // Before the first frame the first frame stands, for as long as the network looks back.
        var framesLate = model.Table.OutputsLate * model.ChunkFrames / model.OutputsPerChunk;
        _primingChunks = (framesLate + model.ChunkFrames - 1) / model.ChunkFrames;
    }

    /// <summary>Begins anew: what comes next has nothing before it.</summary>
    public void Reset()
    {
        _state.Reset();
        _features.Reset();
        (_outputs, _filled, _primed) = (0, 0, false);
    }

    /// <summary>Takes one step. The network answers late: some steps of silence behind the sound bring the rest.</summary>
    /// <param name="samples"><see cref="AudioClock.StepSamples"/> of them; not kept.</param>
    /// <param name="receive">Given each output that is new.</param>
    /// <param name="cancellationToken">Ends the wait for the batch.</param>
    public async ValueTask AcceptAsync(ReadOnlyMemory<float> samples, OutputHandler receive, CancellationToken cancellationToken)
    {
        _features.AcceptSamples(samples.Span);
        while (_features.TryRead(_chunk.AsSpan(_filled * _features.Computer.Dim, _features.Computer.Dim)))
        {
            if (!_primed) await PrimeAsync(receive, cancellationToken);
            if (++_filled < _model.ChunkFrames) continue;
            await RunAsync(receive, cancellationToken);
            _filled = 0;
        }
    }

    private async ValueTask PrimeAsync(OutputHandler receive, CancellationToken cancellationToken)
    {
        var dim = _features.Computer.Dim;
        for (var i = 1; i < _model.ChunkFrames; i++) _chunk.AsSpan(0, dim).CopyTo(_chunk.AsSpan(i * dim));
        _outputs = -_model.Table.OutputsLate - (_primingChunks * _model.OutputsPerChunk);
        for (var i = 0; i < _primingChunks; i++) await RunAsync(receive, cancellationToken);
        _primed = true;
    }

    private async ValueTask RunAsync(OutputHandler receive, CancellationToken cancellationToken)
    {
        await _model.Network.RunAsync(_state, _chunk, _scores, cancellationToken);
        var width = _scores.Length / _model.OutputsPerChunk;
        for (var i = 0; i < _model.OutputsPerChunk; i++, _outputs++)
            if (_outputs >= 0) receive(_scores.AsSpan(i * width, width));
    }
}
