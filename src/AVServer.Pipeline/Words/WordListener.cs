using AVServer.Detection;
using AVServer.Runtime;
using AVServer.Signal;

namespace AVServer.Pipeline;

/// <summary>One stream's ear for typed words: cepstra, the phone network, the matcher, and judge and recogniser on candidates.</summary>
/// <remarks>
/// One stream's own; one caller at a time. The network answers late, so the listener goes on for a while when the gate has closed.
/// </remarks>
internal sealed class WordListener
{
    /// <summary>Steps after the gate closed, or the sound ended, until everything that was heard has been judged.</summary>
    private const int LateSteps = 9;

    private readonly WordModel _model;
    private readonly Func<WordList?> _words;
    private readonly string? _streamId;
    private readonly StreamState _state;
    private readonly OnlineMfcc _features;
    private readonly PhoneHistory _history;
    private readonly float[] _samples = new float[AudioClock.StepSamples];
    private readonly float[] _chunk;
    private readonly float[] _scores;
    private readonly List<WordCandidate> _ripe = [];
    private readonly Dictionary<string, double> _quietUntil = [];
    private readonly Dictionary<string, float> _maxScores = [];
    private readonly int _primingChunks;
    private WordList? _list;
    private WordMatcher? _matcher;
    private long _firstSample;
    private long _outputs;
    private long _heardStep = long.MinValue;
    private int _filled;
    private bool _primed;

    /// <param name="model">Shared.</param>
    /// <param name="words">The words to listen for, asked at each step.</param>
    /// <param name="streamId">The stream, for words that are for some only; null: all words count.</param>
    /// <param name="paced">Whether the sound arrives at its own speed.</param>
    public WordListener(WordModel model, Func<WordList?> words, string? streamId, bool paced)
    {
        (_model, _words, _streamId) = (model, words, streamId);
        model.Rescorer.Prepare();
        _state = model.Network.Model.CreateState(paced);
        _features = new OnlineMfcc(model.Features, 2 * AudioClock.StepSamples);
        _history = new PhoneHistory(model.States);
        _chunk = new float[model.ChunkFrames * model.Features.Dim];
        _scores = new float[model.Network.Model.OutputLength];
        // Before the first frame the first frame stands, for as long as the network looks back.
        _primingChunks = ((model.Table.OutputsLate * model.ChunkFrames / model.OutputsPerChunk) + model.ChunkFrames - 1) / model.ChunkFrames;
    }

    /// <summary>Samples that must be kept for candidates to be heard once more, behind the longest wait for a word's judgement.</summary>
    public static int HistorySamples { get; } =
        (int)(WordRescorer.MostSeconds * AudioClock.SampleRateHz) + (LateSteps * AudioClock.StepSamples);

    /// <summary>By keyword, the highest score so far.</summary>
    public IEnumerable<(string Keyword, float Score)> MaxScores => _maxScores.Select(score => (score.Key, score.Value));

    /// <summary>Begins a new track: steps count from 0 again.</summary>
    public void Restart()
    {
        _quietUntil.Clear();
        _heardStep = long.MinValue;
    }

    /// <summary>Hears one step.</summary>
    /// <param name="step">Number of the step; behind a hole everything begins anew.</param>
    /// <param name="history">The sound, up to the step's end at least.</param>
    /// <param name="detections">Receives what was found.</param>
    /// <param name="cancellationToken">Ends the wait for the batch.</param>
    public ValueTask ListenAsync(long step, SampleRing history, List<KeywordDetection> detections, CancellationToken cancellationToken)
    {
        // What was still heard while the gate was closed isn't heard again when it opens.
        if (step <= _heardStep) return default;
        if (step != _heardStep + 1) Begin(step);
        return HearAsync(step, step, history, detections, cancellationToken);
    }

    /// <summary>Lets a step pass behind a closed gate; what was heard just before is judged first.</summary>
    /// <param name="step">Number of the step.</param>
    /// <param name="closed">The last step that the gate let through.</param>
    /// <param name="history">The sound, up to the step's end at least.</param>
    /// <param name="detections">Receives what was found.</param>
    /// <param name="cancellationToken">Ends the wait for the batch.</param>
    public ValueTask RestAsync(long step, long closed, SampleRing history, List<KeywordDetection> detections, CancellationToken cancellationToken) =>
        _heardStep == step - 1 && step - closed <= LateSteps ? HearAsync(step, step, history, detections, cancellationToken) : default;

    /// <summary>Ends the sound: silence is heard until everything has been judged.</summary>
    /// <param name="history">The sound.</param>
    /// <param name="detections">Receives what was found.</param>
    /// <param name="cancellationToken">Ends the wait for the batch.</param>
    public async ValueTask CompleteAsync(SampleRing history, List<KeywordDetection> detections, CancellationToken cancellationToken)
    {
        if (_heardStep == long.MinValue) return;
        var last = _heardStep;
        for (var i = 0; i < LateSteps; i++) await HearAsync(last, _heardStep + 1, history, detections, cancellationToken, silent: true);
        _matcher?.Complete(_ripe);
        Judge(last, history, detections);
    }

    private void Begin(long step)
    {
        _state.Reset();
        _features.Reset();
        _history.Reset();
        _matcher?.Reset();
        (_firstSample, _outputs, _filled, _primed) = (step * AudioClock.StepSamples, 0, 0, false);
    }

    private async ValueTask HearAsync(
        long tellStep,
        long step,
        SampleRing history,
        List<KeywordDetection> detections,
        CancellationToken cancellationToken,
        bool silent = false)
    {
        Follow(_words());
        _heardStep = step;
        if (silent) Array.Clear(_samples);
        else history.Read(step * AudioClock.StepSamples, _samples);
        _features.AcceptSamples(_samples);
        while (_features.TryRead(_chunk.AsSpan(_filled * _features.Computer.Dim, _features.Computer.Dim)))
        {
            if (!_primed) await PrimeAsync(cancellationToken);
            if (++_filled < _model.ChunkFrames) continue;
            await RunAsync(cancellationToken);
            _filled = 0;
        }
        Judge(tellStep, history, detections);
    }

    // A list that has changed is followed from here on; what was heard stays known.
    private void Follow(WordList? list)
    {
        if (ReferenceEquals(list, _list)) return;
        _list = list;
        _matcher = list is null ? null : new WordMatcher(list.Set, _history);
        _ripe.Clear();
        foreach (var word in list?.Words ?? [])
            if (IsFor(word)) _maxScores.TryAdd(word.Name, 0);
    }

    private async ValueTask PrimeAsync(CancellationToken cancellationToken)
    {
        var dim = _features.Computer.Dim;
        for (var i = 1; i < _model.ChunkFrames; i++) _chunk.AsSpan(0, dim).CopyTo(_chunk.AsSpan(i * dim));
        _outputs = -_model.Table.OutputsLate - (_primingChunks * _model.OutputsPerChunk);
        for (var i = 0; i < _primingChunks; i++) await RunAsync(cancellationToken);
        _primed = true;
    }

    private async ValueTask RunAsync(CancellationToken cancellationToken)
    {
        await _model.Network.RunAsync(_state, _chunk, _scores, cancellationToken);
        var width = _scores.Length / _model.OutputsPerChunk;
        for (var i = 0; i < _model.OutputsPerChunk; i++, _outputs++)
        {
            if (_outputs < 0) continue;
            _history.Accept(_scores.AsSpan(i * width, width));
            _matcher?.Accept(_scores.AsSpan(i * width, width), _ripe);
        }
    }

    private void Judge(long step, SampleRing history, List<KeywordDetection> detections)
    {
        if (_ripe.Count == 0) return;
        Span<float> features = stackalloc float[AlignmentFeatures.Count];
        Span<float> judged = stackalloc float[1];
        foreach (var candidate in _ripe)
        {
            var path = _list!.Set.Paths[candidate.Path];
            var word = _list.Words[path.Word];
            if (!IsFor(word)) continue;
            AlignmentFeatures.Compute(candidate, path.Phones, _history, features);
            _model.Judge.Judge(features, judged);
            var span = WordTiming.Span(candidate.Start, candidate.End, _firstSample / (double)AudioClock.SampleRateHz);
            // Too unlikely to be heard, or no sound lifts it above the threshold.
            if (judged[0] < word.HeardFrom || _model.Table.Rescoring.Best(judged[0]) < word.Threshold) continue;
            if (Rescore(span, word, history) is not { } heard) continue;
            var score = _model.Table.Rescoring.Score(judged[0], heard.Text, heard.End);
            var posterior = WordCalibrator.Posterior(score);
            _maxScores[word.Name] = Math.Max(_maxScores.GetValueOrDefault(word.Name), posterior);
            if (score < word.Threshold || span.Start < _quietUntil.GetValueOrDefault(word.Name, double.NegativeInfinity)) continue;
            _quietUntil[word.Name] = Math.Max(span.End, span.Start + word.Request.RefractorySeconds);
            var scores = new Dictionary<string, float>
            {
                ["matcher"] = candidate.Score / path.Phones.Count,
                ["judge"] = WordCalibrator.Posterior(judged[0]),
                ["recogniser"] = MathF.Exp(heard.Text / heard.Tokens),
            };
            detections.Add(new KeywordDetection(word.Name, posterior, span, step, _model.Reference, scores));
        }
        _ripe.Clear();
    }

    // What had been heard at the step's end, however the sound arrived; null where its sound is forgotten, as when a sound ends long after
    // the gate closed.
    private TextLikelihood? Rescore(WordSpan span, TypedWord word, SampleRing history)
    {
        var (first, count) = WordRescorer.Stretch(span.Start, span.End, Math.Min(history.Count, (_heardStep + 1) * AudioClock.StepSamples));
        if (first < history.Oldest) return null;
        var sound = new float[count];
        history.Read(first, sound);
        return _model.Rescorer.Hear(sound, word.Spellings.Value);
    }

    private bool IsFor(TypedWord word) =>
        _streamId is null || word.Request.Streams is not { Count: > 0 } streams
        || streams.Any(id => id.EndsWith('*') ? _streamId.StartsWith(id[..^1], StringComparison.Ordinal) : id == _streamId);
}
