using AVServer.Detection;
using AVServer.Runtime;

namespace AVServer.Pipeline;

/// <summary>Listens to one stream by one keyword model: the first stage at every step, the verifier on its candidates.</summary>
/// <remarks>One stream's own; one caller at a time. The models behind it are shared.</remarks>
internal sealed class KeywordListener
{
    /// <summary>Length that is assumed for a word whose beginning nobody measured.</summary>
    private const double TypicalWordSeconds = 0.6;

    private readonly KeywordModel _model;
    private readonly StreamState _state;
    private readonly float[] _posteriors;
    private readonly KeywordState[] _words;
    private readonly EmbeddingWindow? _window;
    private readonly TrainedScores? _scores;

    /// <param name="model">The shared models and thresholds.</param>
    /// <param name="paced">Whether the sound arrives at its own speed, so that waiting for company costs only latency.</param>
    /// <param name="observed">Whether somebody looks: then the verifier judges candidates also where they can't be detections any
    /// more.</param>
    /// <param name="scores">Told what the verifier says, and knows which keywords it doesn't decide on; null: it decides on all.</param>
    public KeywordListener(KeywordModel model, bool paced, bool observed, TrainedScores? scores = null)
    {
        (_model, _scores) = (model, scores);
        _state = model.Spotter.Model.CreateState(paced);
        _posteriors = new float[model.OutputsPerStep * model.Words.Count];
        _words = [.. model.Words.Select(word => new KeywordState(word, model, observed))];
        _window = model.Verifier is { } verifier ? new EmbeddingWindow(verifier.Embedding, verifier.Head.WindowSteps) : null;
    }

    /// <summary>Name of the first stage, whose posteriors <see cref="LastPosteriors"/> are.</summary>
    public string FirstStageName => _model.SpotterReference.Name;

    /// <summary>Name of the verifier, by which <see cref="LastVerified"/> goes; null where the first stage decides.</summary>
    public string? VerifierName => _model.Verifier?.Reference.Name;

    /// <summary>Samples before the end of a step that <see cref="ListenAsync"/> may look back to.</summary>
    public int HistorySamples => _window?.HistorySamples ?? 0;

    /// <summary>By keyword, the highest score so far of the stage that decides; 0 while it was never asked.</summary>
    public IEnumerable<(string Keyword, float Score)> MaxScores => _words.Select(word => (word.Word.Keyword, word.MaxScore));

    /// <summary>By keyword, the highest posterior of the latest step.</summary>
    public IEnumerable<(string Keyword, float Posterior)> LastPosteriors => _words.Select(word => (word.Word.Keyword, word.LastPosterior));

    /// <summary>By keyword, the score of the latest step that is compared with the threshold; 0 where the verifier wasn't asked.</summary>
    public IEnumerable<(string Keyword, float Posterior)> LastVerified => _words.Select(word => (word.Word.Keyword, word.LastVerified));

    /// <summary>Begins a new track: steps count from 0 again.</summary>
    public void Restart()
    {
        Wake();
        _window?.Restart();
        foreach (var word in _words) word.Restart();
    }

    /// <summary>Forgets what was heard before a pause.</summary>
    public void Wake()
    {
        _state.Reset();
        foreach (var word in _words) word.Smoother.Reset();
    }

    /// <summary>Lets a step pass unheard.</summary>
    public void Sleep()
    {
        foreach (var word in _words) (word.LastPosterior, word.LastVerified) = (0, 0);
    }

    /// <summary>Hears one step.</summary>
    /// <param name="step">Number of the step; rises, with holes where the gate was closed.</param>
    /// <param name="features">Its fbank frames, [frames, mels].</param>
    /// <param name="history">The sound, up to the step's end at least.</param>
    /// <param name="detections">Receives what was found.</param>
    /// <param name="cancellationToken">Ends the wait for the batch.</param>
    public async ValueTask ListenAsync(
        long step, ReadOnlyMemory<float> features, SampleRing history, List<KeywordDetection> detections,
        CancellationToken cancellationToken)
    {
        await _model.Spotter.RunAsync(_state, features, _posteriors, cancellationToken);
        for (var k = 0; k < _words.Length; k++)
        {
            var word = _words[k];
            Smooth(word, k);
            var detection = _model.Verifier is { } verifier ? Verify(step, word, verifier, history) : Trigger(step, word);
            if (detection is not null) detections.Add(detection);
        }
    }

    private void Smooth(KeywordState word, int k)
    {
        word.LastPosterior = 0;
        for (var i = 0; i < _model.OutputsPerStep; i++)
            word.LastPosterior = Math.Max(word.LastPosterior, word.Smoother.Next(_posteriors[(i * _words.Length) + k]));
    }

    private KeywordDetection? Verify(long step, KeywordState word, VerifierStage verifier, SampleRing history)
    {
        word.Fusion.Hear(step, word.LastPosterior);
        var (decides, looks) = (word.Watch.Next(step, word.LastPosterior), word.Observed?.Next(step, word.LastPosterior) ?? false);
        word.LastVerified = 0;
        if (!decides && !looks) return null;
        var verdict = verifier.Head.Verify(_window!.At(step, history));
        var posterior = word.Fusion.Join(verdict.Posterior);
        word.LastVerified = posterior;
        if (!decides) return null;
        var span = WordSpan.Estimate(AudioClock.EndOf(step).TotalSeconds, verdict.SecondsSinceStart, verdict.SecondsSinceEnd);
        _scores?.Add(new TrainedScore(word.Word.Keyword, posterior, span.End));
        // The typed word of this name decides, and has been told.
        if (posterior < ScoreFusion.SureAlone && _scores?.IsFused(word.Word.Keyword) == true) return null;
        word.MaxScore = Math.Max(word.MaxScore, posterior);
        if (!word.Watch.Judge(step, posterior)) return null;
        var scores = new Dictionary<string, float> { ["firstStage"] = word.LastPosterior, ["audio"] = verdict.Posterior };
        return new KeywordDetection(word.Word.Keyword, posterior, span, step, verifier.Reference, scores);
    }

    private KeywordDetection? Trigger(long step, KeywordState word)
    {
        word.MaxScore = Math.Max(word.MaxScore, word.LastPosterior);
        if (!word.Trigger.Next(step, word.LastPosterior)) return null;
        // A spotter alone doesn't know where its word begins: a typical word that ends with the step.
        var span = WordSpan.Estimate(AudioClock.EndOf(step).TotalSeconds, TypicalWordSeconds, 0);
        var scores = new Dictionary<string, float> { ["firstStage"] = word.LastPosterior };
        return new KeywordDetection(word.Word.Keyword, word.LastPosterior, span, step, _model.SpotterReference, scores);
    }

    private sealed class KeywordState(KeywordThreshold word, KeywordModel model, bool observed)
    {
        public KeywordThreshold Word { get; } = word;

        public PosteriorSmoother Smoother { get; } = new(model.SmoothingFrames);

        public CandidateWatch Watch { get; private set; } = NewWatch(word, model);

        public StageFusion Fusion { get; private set; } = NewFusion(model);

        /// <summary>Asks for what nobody decides on: every candidate's whole watch; null where nobody looks.</summary>
        public CandidateWatch? Observed { get; private set; } = observed ? NewObserved(word, model) : null;

        public KeywordTrigger Trigger { get; private set; } = NewTrigger(word, model);

        public float LastPosterior { get; set; }

        public float LastVerified { get; set; }

        public float MaxScore { get; set; }

        public void Restart() =>
            (Watch, Fusion, Observed, Trigger) =
                (NewWatch(Word, model), NewFusion(model), observed ? NewObserved(Word, model) : null, NewTrigger(Word, model));

        private static CandidateWatch NewWatch(KeywordThreshold word, KeywordModel model) =>
            new(word.FirstThreshold, word.Threshold, model.VerifySteps, model.RefractorySteps);

        private static StageFusion NewFusion(KeywordModel model) => new(model.Verifier?.FirstWeight ?? 0, model.VerifySteps);

        private static CandidateWatch NewObserved(KeywordThreshold word, KeywordModel model) =>
            new(word.FirstThreshold, float.PositiveInfinity, model.VerifySteps, 0);

        private static KeywordTrigger NewTrigger(KeywordThreshold word, KeywordModel model) => new(word.Threshold, model.RefractorySteps);
    }
}
