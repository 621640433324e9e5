using AVServer.Detection;
using AVServer.Runtime;

namespace AVServer.Pipeline;

/// <summary>
/// Listens for typed words in one stream: cepstra, the phone network, the matcher, and judge and recogniser on candidates.
/// </summary>
/// <remarks>
/// One stream's own; one caller at a time. The network answers late, so the listener goes on for a while when the gate has closed.
/// </remarks>
internal sealed class WordListener
{
    private readonly WordModel _model;
    private readonly Func<WordList?> _words;
    private readonly string? _streamId;
    private readonly TrainedScores _trained;
    private readonly PhoneRecogniser _phones;
    private readonly PhoneScoreHistory _history;
    private readonly AutomaticGainControl _gain = new();
    private readonly float[] _samples = new float[AudioClock.StepSamples];
    private readonly List<WordCandidate> _candidates = [];
    private readonly RescoredSegments _heardSegments = new();
    private readonly RescoredSegments _hopedSegments = new();   // apart, so that what is hoped for changes nothing of what is heard
    private readonly WordDecision? _decision;
    private readonly HashSet<string> _names = [];
    private readonly IStepObserver? _observer;
    private WordList? _list;
    private WordMatcher? _matcher;
    private long _firstSample;
    private long _lastStep = long.MinValue;
    private long _nextStep;   // the first step whose phones aren't scored yet: the utterance's level must be known before

    /// <param name="model">Shared.</param>
    /// <param name="words">The words to listen for, asked at each step.</param>
    /// <param name="streamId">The stream, for words that are for some only; null: all words count.</param>
    /// <param name="trained">What trained models say of keywords, up to the step that is taken.</param>
    /// <param name="paced">Whether the sound arrives at its own speed.</param>
    /// <param name="decision">Decides by the sound; null: candidates are left <see cref="Undecided"/>, for lips to be asked too.</param>
    /// <param name="observer">Sees what each candidate's sound is worth; null where nobody looks.</param>
    public WordListener(
        WordModel model, Func<WordList?> words, string? streamId, TrainedScores trained, bool paced, WordDecision? decision,
        IStepObserver? observer)
    {
        (_model, _words, _streamId, _trained, _decision, _observer) = (model, words, streamId, trained, decision, observer);
        model.Rescorer.WarmUp();
        _phones = new PhoneRecogniser(model, paced);
        _history = new PhoneScoreHistory(model.States);
    }

    /// <summary>Samples that must be kept for candidates to be rescored, behind the longest wait for a word's judgement.</summary>
    public static int HistorySamples { get; } =
        (int)(WordSegment.MaxSeconds * AudioClock.SampleRateHz)
        + ((PhoneRecogniser.LatencySteps + AutomaticGainControl.MaxDelaySteps) * AudioClock.StepSamples);

    /// <summary>The keywords that were listened for so far.</summary>
    public IReadOnlyCollection<string> Names => _names;

    /// <summary>Candidates that somebody else decides about, the caller's to take out.</summary>
    public List<ScoredWord> Undecided { get; } = [];

    /// <summary>Whether somebody else decides about words of this name.</summary>
    public bool IsUndecided(string keyword) => _decision is null && _names.Contains(keyword);

    /// <summary>Begins a new track: steps count from 0 again.</summary>
    public void Restart()
    {
        _decision?.Restart();
        _lastStep = long.MinValue;
    }

    /// <summary>Takes one step.</summary>
    /// <param name="step">Number of the step; behind a hole everything begins anew.</param>
    /// <param name="history">The sound, up to the step's end at least.</param>
    /// <param name="detections">Receives what was found.</param>
    /// <param name="cancellationToken">Ends the wait for the batch.</param>
    public ValueTask ListenAsync(long step, SampleRing history, List<KeywordDetection> detections, CancellationToken cancellationToken)
    {
        // Steps that were taken while the gate was closed aren't taken again when it opens.
        if (step <= _lastStep) return default;
        if (step != _lastStep + 1) Begin(step);
        return AdvanceAsync(step, step, history, detections, cancellationToken);
    }

    /// <summary>Lets a step pass behind a closed gate; what came just before is judged first.</summary>
    /// <param name="step">Number of the step.</param>
    /// <param name="closed">The last step that the gate let through.</param>
    /// <param name="history">The sound, up to the step's end at least.</param>
    /// <param name="detections">Receives what was found.</param>
    /// <param name="cancellationToken">Ends the wait for the batch.</param>
    public ValueTask ListenBehindGateAsync(
        long step, long closed, SampleRing history, List<KeywordDetection> detections, CancellationToken cancellationToken) =>
        _lastStep == step - 1 && step - closed <= PhoneRecogniser.LatencySteps
            ? AdvanceAsync(step, step, history, detections, cancellationToken)
            : default;

    /// <summary>Ends the sound: silence is added until everything has been judged.</summary>
    /// <param name="history">The sound.</param>
    /// <param name="detections">Receives what was found.</param>
    /// <param name="cancellationToken">Ends the wait for the batch.</param>
    public async ValueTask CompleteAsync(SampleRing history, List<KeywordDetection> detections, CancellationToken cancellationToken)
    {
        if (_lastStep == long.MinValue) return;
        var last = _lastStep;
        for (var i = 0; i < PhoneRecogniser.LatencySteps; i++)
            await AdvanceAsync(last, _lastStep + 1, history, detections, cancellationToken);
        _matcher?.Complete(_candidates);
        JudgeCandidates(last, history, detections);
    }

    private void Begin(long step)
    {
        _phones.Reset();
        _history.Reset();
        _heardSegments.Clear();   // frames count from 0 again
        _hopedSegments.Clear();
        _matcher?.Reset();
        _gain.Reset();
        _nextStep = step;
        _firstSample = step * AudioClock.StepSamples;
    }

    // What lies behind the step that decides is silence: the sound has ended.
    private async ValueTask AdvanceAsync(
        long decisionStep, long step, SampleRing history, List<KeywordDetection> detections, CancellationToken cancellationToken)
    {
        UpdateWords(_words());
        _lastStep = step;
        Read(step);
        _gain.Accept(_samples);
        if (!_gain.IsSettled) return;
        for (; _nextStep <= step; _nextStep++)
        {
            Read(_nextStep);
            _gain.Amplify(_samples);
            await _phones.AcceptAsync(_samples, AcceptScores, cancellationToken);
        }
        JudgeCandidates(decisionStep, history, detections);

        void Read(long wanted)
        {
            if (wanted > decisionStep) Array.Clear(_samples);
            else history.Read(wanted * AudioClock.StepSamples, _samples);
        }
    }

    // A list that has changed counts from here on; the phones so far stay known.
    private void UpdateWords(WordList? list)
    {
        if (ReferenceEquals(list, _list)) return;
        _list = list;
        _matcher = list is null ? null : new WordMatcher(list.Set, _history);
        _candidates.Clear();
        TypedWord[] own = [.. (list?.Words ?? []).Where(IsFor)];
        foreach (var word in own) _names.Add(word.Name);
        _trained.Follow(own);
    }

    private void AcceptScores(ReadOnlySpan<float> scores)
    {
        _history.Accept(scores);
        _matcher?.Accept(scores, _candidates);
    }

    private void JudgeCandidates(long step, SampleRing history, List<KeywordDetection> detections)
    {
        if (_candidates.Count == 0) return;
        foreach (var candidate in _candidates)
        {
            var path = _list!.Set.Paths[candidate.Path];
            var word = _list.Words[path.Word];
            if (!IsFor(word)) continue;
            var judgeScore = _model.Judge.Judge(candidate, path.Phones, _history);
            var span = WordTiming.Span(candidate.Start, candidate.End, _firstSample / (double)AudioClock.SampleRateHz);
            var trained = word.Fused is null ? 0 : _trained.Highest(word.Name, span.End);
            var found = new Found(candidate, span, word, judgeScore, trained);
            var byEar = Score(found, _heardSegments, 0, history);
            var forEye = _decision is null ? Score(found, _hopedSegments, LipFusion.Most, history) : byEar;
            if (byEar is not null)
                _observer?.OnCandidateJudged(word.Name, _model.Reference.Name, WordCalibrator.Posterior(byEar.LogOdds));
            if (forEye is null) continue;
            var scored = new ScoredWord(
                word, candidate, path.Phones, _firstSample / (double)AudioClock.SampleRateHz, step, _model.Reference, byEar, forEye);
            if (_decision is null) Undecided.Add(scored);
            else if (_decision.Decide(scored) is { } said) detections.Add(said);
        }
        _candidates.Clear();
    }

    // What a candidate's sound is worth; null where it is too unlikely to be rescored, or nothing brings it above the threshold: no sound
    // fits better than surely, and what isn't known yet adds no more than is hoped for.
    private SoundScore? Score(in Found found, RescoredSegments segments, float hope, SampleRing history)
    {
        var (word, judgeScore, gain) = (found.Word, found.JudgeScore, ScoreFusion.Gain(found.Trained));
        if (judgeScore < word.SmallRecogniserThreshold) return null;
        if (_model.Table.Rescoring.UpperBound(judgeScore, word.Examples is not null) + gain + hope < word.Threshold) return null;
        if (Rescore(found, segments, gain + hope, history) is not { } likelihood) return null;
        var score = _model.Table.Rescoring.Score(judgeScore, likelihood) + gain;
        var similarity =
            word.Examples?.Similarity(WordExamples.Embed(_history, found.Candidate.Start, found.Candidate.End));
        if (similarity is { } likeness) score += RescoringWeights.ExampleScore(likeness);
        var scores = new Dictionary<string, float>
        {
            ["matcher"] = found.Candidate.Score / found.Candidate.Entries.Count,
            ["judge"] = WordCalibrator.Posterior(judgeScore),
            ["recogniser"] = MathF.Exp(likelihood.Text / likelihood.Tokens),
        };
        if (similarity is { } alike) scores["recordings"] = alike;
        if (gain > 0) scores["trained"] = found.Trained;
        return new SoundScore(score, scores);
    }

    // Of the sound up to the step's end, however it arrived; null where it is forgotten, as when a sound ends long after
    // the gate closed.
    private TextLikelihood? Rescore(in Found found, RescoredSegments segments, float gain, SampleRing history)
    {
        var segment = WordSegment.Around(found.Span, Math.Min(history.Count, (_lastStep + 1) * AudioClock.StepSamples));
        if (segment.First < history.Oldest) return null;
        var sound = new float[segment.Count];
        history.Read(segment.First, sound);
        _gain.Amplify(sound);
        return segments.Find(found.Word, found.Candidate).Rescore(_model, sound, segment.Tight, found.Word, found.JudgeScore, gain);
    }

    private bool IsFor(TypedWord word) =>
        _streamId is null || word.Request.Streams is not { Count: > 0 } streams
        || streams.Any(id => id.EndsWith('*') ? _streamId.StartsWith(id[..^1], StringComparison.Ordinal) : id == _streamId);

    /// <summary>A candidate as the judge left it.</summary>
    /// <param name="Candidate">The alignment.</param>
    /// <param name="Span">Where it lies.</param>
    /// <param name="Word">What it is a candidate of.</param>
    /// <param name="JudgeScore">The judge's log-odds.</param>
    /// <param name="Trained">What a trained model of the keyword says of the same moment.</param>
    private readonly record struct Found(WordCandidate Candidate, WordSpan Span, TypedWord Word, float JudgeScore, float Trained);
}
