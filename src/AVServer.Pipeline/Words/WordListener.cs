using AVServer.Detection;
using AVServer.Runtime;

namespace AVServer.Pipeline;

/// <summary>One stream's ear for typed words: cepstra, the phone network, the matcher, and judge and recogniser on candidates.</summary>
/// <remarks>
/// One stream's own; one caller at a time. The network answers late, so the listener goes on for a while when the gate has closed.
/// </remarks>
internal sealed class WordListener
{
    private readonly WordModel _model;
    private readonly Func<WordList?> _words;
    private readonly string? _streamId;
    private readonly PhoneStream _phones;
    private readonly PhoneHistory _history;
    private readonly QuietSpeech _level = new();
    private readonly float[] _samples = new float[AudioClock.StepSamples];
    private readonly List<WordCandidate> _ripe = [];
    private readonly Dictionary<string, double> _quietUntil = [];
    private readonly Dictionary<string, float> _maxScores = [];
    private WordList? _list;
    private WordMatcher? _matcher;
    private long _firstSample;
    private long _heardStep = long.MinValue;
    private long _unheard;   // the first step whose phones weren't heard yet: the utterance's level must be known before

    /// <param name="model">Shared.</param>
    /// <param name="words">The words to listen for, asked at each step.</param>
    /// <param name="streamId">The stream, for words that are for some only; null: all words count.</param>
    /// <param name="paced">Whether the sound arrives at its own speed.</param>
    public WordListener(WordModel model, Func<WordList?> words, string? streamId, bool paced)
    {
        (_model, _words, _streamId) = (model, words, streamId);
        model.Rescorer.Prepare();
        _phones = new PhoneStream(model, paced);
        _history = new PhoneHistory(model.States);
    }

    /// <summary>Samples that must be kept for candidates to be heard once more, behind the longest wait for a word's judgement.</summary>
    public static int HistorySamples { get; } =
        (int)(WordRescorer.MostSeconds * AudioClock.SampleRateHz)
        + ((PhoneStream.LateSteps + QuietSpeech.MostWaiting) * AudioClock.StepSamples);

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
        _heardStep == step - 1 && step - closed <= PhoneStream.LateSteps ? HearAsync(step, step, history, detections, cancellationToken) : default;

    /// <summary>Ends the sound: silence is heard until everything has been judged.</summary>
    /// <param name="history">The sound.</param>
    /// <param name="detections">Receives what was found.</param>
    /// <param name="cancellationToken">Ends the wait for the batch.</param>
    public async ValueTask CompleteAsync(SampleRing history, List<KeywordDetection> detections, CancellationToken cancellationToken)
    {
        if (_heardStep == long.MinValue) return;
        var last = _heardStep;
        for (var i = 0; i < PhoneStream.LateSteps; i++) await HearAsync(last, _heardStep + 1, history, detections, cancellationToken);
        _matcher?.Complete(_ripe);
        Judge(last, history, detections);
    }

    private void Begin(long step)
    {
        _phones.Reset();
        _history.Reset();
        _matcher?.Reset();
        _level.Reset();
        _unheard = step;
        _firstSample = step * AudioClock.StepSamples;
    }

    // What lies behind the step that is told is silence: the sound has ended.
    private async ValueTask HearAsync(
        long tellStep, long step, SampleRing history, List<KeywordDetection> detections, CancellationToken cancellationToken)
    {
        Follow(_words());
        _heardStep = step;
        Read(step);
        _level.Accept(_samples);
        if (!_level.IsKnown) return;
        for (; _unheard <= step; _unheard++)
        {
            Read(_unheard);
            _level.Amplify(_samples);
            await _phones.AcceptAsync(_samples, Hear, cancellationToken);
        }
        Judge(tellStep, history, detections);

        void Read(long wanted)
        {
            if (wanted > tellStep) Array.Clear(_samples);
            else history.Read(wanted * AudioClock.StepSamples, _samples);
        }
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

    private void Hear(ReadOnlySpan<float> scores)
    {
        _history.Accept(scores);
        _matcher?.Accept(scores, _ripe);
    }

    private void Judge(long step, SampleRing history, List<KeywordDetection> detections)
    {
        if (_ripe.Count == 0) return;
        foreach (var candidate in _ripe)
        {
            var path = _list!.Set.Paths[candidate.Path];
            var word = _list.Words[path.Word];
            if (!IsFor(word)) continue;
            var judged = _model.Judge.Judge(candidate, path.Phones, _history);
            var span = WordTiming.Span(candidate.Start, candidate.End, _firstSample / (double)AudioClock.SampleRateHz);
            // Too unlikely to be heard, or no sound lifts it above the threshold.
            if (judged < word.HeardFrom || _model.Table.Rescoring.Best(judged, word.Examples is not null) < word.Threshold) continue;
            if (Rescore(span, word, judged, history) is not { } heard) continue;
            var score = _model.Table.Rescoring.Score(judged, heard);
            var similarity = word.Examples?.Similarity(WordExamples.Describe(_history, candidate.Start, candidate.End));
            if (similarity is { } likeness) score += Rescoring.OfExamples(likeness);
            var posterior = WordCalibrator.Posterior(score);
            _maxScores[word.Name] = Math.Max(_maxScores.GetValueOrDefault(word.Name), posterior);
            if (score < word.Threshold || span.Start < _quietUntil.GetValueOrDefault(word.Name, double.NegativeInfinity)) continue;
            _quietUntil[word.Name] = Math.Max(span.End, span.Start + word.Request.RefractorySeconds);
            var scores = new Dictionary<string, float>
            {
                ["matcher"] = candidate.Score / path.Phones.Count,
                ["judge"] = WordCalibrator.Posterior(judged),
                ["recogniser"] = MathF.Exp(heard.Text / heard.Tokens),
            };
            if (similarity is { } alike) scores["recordings"] = alike;
            detections.Add(new KeywordDetection(word.Name, posterior, span, step, _model.Reference, scores));
        }
        _ripe.Clear();
    }

    // What had been heard at the step's end, however the sound arrived; null where its sound is forgotten, as when a sound ends long after
    // the gate closed.
    private TextLikelihood? Rescore(WordSpan span, TypedWord word, float judged, SampleRing history)
    {
        var (first, count) = WordRescorer.Stretch(span.Start, span.End, Math.Min(history.Count, (_heardStep + 1) * AudioClock.StepSamples));
        if (first < history.Oldest) return null;
        var sound = new float[count];
        history.Read(first, sound);
        _level.Amplify(sound);
        return _model.Hear(sound, word, judged);
    }

    private bool IsFor(TypedWord word) =>
        _streamId is null || word.Request.Streams is not { Count: > 0 } streams
        || streams.Any(id => id.EndsWith('*') ? _streamId.StartsWith(id[..^1], StringComparison.Ordinal) : id == _streamId);
}
