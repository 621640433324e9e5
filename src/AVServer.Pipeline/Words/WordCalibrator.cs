using AVServer.Contracts;
using AVServer.Detection;
using AVServer.Runtime;

namespace AVServer.Pipeline;

/// <summary>Chooses a typed word's thresholds by looking for it in stored speech in which it isn't said.</summary>
/// <param name="background">The speech, as outputs of the phone network.</param>
/// <param name="sounds">The same speech as sound.</param>
/// <param name="states">Phones and their outputs.</param>
/// <param name="table">How words are followed.</param>
/// <param name="judge">Judges candidates.</param>
/// <param name="rescorer">Rescores them.</param>
/// <param name="kept">What was found in earlier runs; null: nothing is kept.</param>
internal sealed class WordCalibrator(
    BackgroundSpeech background,
    BackgroundAudio sounds,
    PhoneStates states,
    PhoneTable table,
    WordJudgeModel judge,
    WordRescorer rescorer,
    WordMeasurements? kept)
{
    // Words that are enrolled, forgotten or given another target are mostly the latest.
    private const int CacheSize = 32;

    private const string DataDescription = "speech stored with the phone model, without the word";

    private readonly Lock _gate = new();
    private readonly Queue<(string Key, WordStatistics Measured)> _cache = new();

    /// <summary>Looks for a word, unless it is known what is found. Thread-safe.</summary>
    /// <param name="pronunciations">Phones of each way to say it, by the model's numbers.</param>
    /// <param name="spellings">Ways to write it, in the recogniser's tokens.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public WordStatistics Measure(
        IReadOnlyList<int[]> pronunciations, IReadOnlyList<int[]> spellings, CancellationToken cancellationToken)
    {
        var key = $"{Join(pronunciations)}|{Join(spellings)}";
        lock (_gate)
        {
            foreach (var known in _cache)
                if (known.Key == key) return known.Measured;
        }
        if (kept?.Find(key, pronunciations) is not { } measured)
        {
            measured = Search(pronunciations, spellings, cancellationToken);
            kept?.Keep(key, measured);
        }
        lock (_gate)
        {
            _cache.Enqueue((key, measured));
            if (_cache.Count > CacheSize) _cache.Dequeue();
        }
        return measured;
    }

    private WordStatistics Search(
        IReadOnlyList<int[]> pronunciations, IReadOnlyList<int[]> spellings, CancellationToken cancellationToken)
    {
        var heard = background.PhoneScores(states);
        var least = MatchingThreshold(
            [.. pronunciations.Select(phones => new WordPath(0, phones, WordPath.NoThreshold))], heard, cancellationToken);
        WordPath[] paths = [.. pronunciations.Select(phones => new WordPath(0, phones, least))];
        var candidates = FindCandidates(paths, heard, cancellationToken)
            .GroupBy(candidate => candidate.Recording)
            .SelectMany(found => NonMaximumSuppression.Apply(found, one => (one.Start, one.End), one => one.JudgeScore))
            .OrderByDescending(candidate => candidate.JudgeScore)
            .ToList();
        var most = (int)(table.RescoredPerHour * background.Hours);
        var smallThreshold = candidates.Count > most ? candidates[most].JudgeScore : WordPath.NoThreshold;
        var (largeThreshold, others) = Rescore(candidates[..Math.Min(most, candidates.Count)], spellings, cancellationToken);
        return new WordStatistics(paths, smallThreshold, largeThreshold, others);
    }

    /// <summary>Reads thresholds off what was found.</summary>
    /// <param name="name">The word's name, for the table.</param>
    /// <param name="measured">What was found.</param>
    /// <param name="request">Target, and media time after an alarm with no other.</param>
    /// <param name="examples">Recordings of the word that count beside its text; null: none.</param>
    /// <param name="fused">A trained model that counts beside; null: none.</param>
    /// <returns>The score's threshold (log-odds), and what thresholds stand for.</returns>
    public (float Threshold, KeywordCalibration Table) Calibrate(
        string name, WordStatistics measured, KeywordRequest request, WordExamples? examples = null, FusedModel? fused = null)
    {
        var alarms = ApplyRefractoryPeriod(
            measured.Candidates.Select(other => (other.End, other.ScoreWith(examples) + (fused?.GainAt(other.End) ?? 0))),
            request.RefractorySeconds);
        var threshold = ThresholdFor(alarms, request.FalseAlarmsPerHour);
        return (
            threshold,
            new KeywordCalibration(name, Posterior(threshold), DataDescription, Math.Round(background.Hours, 3), 0, Points(alarms)));
    }

    /// <summary>The score that so many candidates an hour of other speech pass, as they were counted.</summary>
    /// <param name="measured">What was found.</param>
    /// <param name="perHour">How many.</param>
    public float ThresholdFor(WordStatistics measured, double perHour)
    {
        var scores = measured.Candidates.Select(other => other.Score).OrderDescending().ToArray();
        return scores.Length == 0 ? WordPath.NoThreshold : scores[Math.Min((int)(perHour * background.Hours), scores.Length - 1)];
    }

    /// <summary>What a trained model says of the stored speech; for the lab.</summary>
    /// <inheritdoc cref="StoredScores.CollectAsync"/>
    public Task<IReadOnlyList<StoredScore>> StoredScoresAsync(KeywordModel model, string keyword, CancellationToken cancellationToken) =>
        StoredScores.CollectAsync(model, keyword, background, sounds, cancellationToken);

    /// <summary>Log-odds as a posterior.</summary>
    public static float Posterior(float score) => 1 / (1 + MathF.Exp(-score));

    private static string Join(IEnumerable<int[]> rows) => string.Join(';', rows.Select(row => string.Join(' ', row)));

    // The score that the word's best alignment in a recording reaches so often.
    private float MatchingThreshold(WordPath[] paths, PhoneScoreHistory heard, CancellationToken cancellationToken)
    {
        var words = new WordSet(states, table.Matcher, paths);
        var (peaks, peak) = (new List<float>(), float.NegativeInfinity);
        var (history, matcher, ignored) = (new PhoneScoreHistory(states), default(WordMatcher)!, new List<WordCandidate>());
        background.ScoreRecordings(words, Begin, (output, scores) =>
        {
            history.Accept(heard, output);
            matcher.Accept(scores, ignored);
            ignored.Clear();
            for (var path = 0; path < paths.Length; path++) peak = Math.Max(peak, matcher.Score(path));
        }, cancellationToken);
        peaks.Add(peak);
        var allowed = (int)(table.CandidatesPerHour * background.Hours);
        return peaks.OrderDescending().ElementAtOrDefault(Math.Min(allowed, peaks.Count - 1));

        void Begin()
        {
            if (float.IsFinite(peak)) peaks.Add(peak);
            peak = float.NegativeInfinity;
            history.Reset();
            matcher = new WordMatcher(words, history);
        }
    }

    private List<StoredCandidate> FindCandidates(WordPath[] paths, PhoneScoreHistory heard, CancellationToken cancellationToken)
    {
        var words = new WordSet(states, table.Matcher, paths);
        var (history, matcher, candidates) = (new PhoneScoreHistory(states), default(WordMatcher)!, new List<WordCandidate>());
        var found = new List<StoredCandidate>();
        var (recording, first) = (-1, 0L);
        background.ScoreRecordings(words, Begin, (output, scores) =>
        {
            history.Accept(heard, output);
            matcher.Accept(scores, candidates);
            Judge();
            if (first < 0) first = output;
        }, cancellationToken);
        Complete();
        return found;

        void Begin()
        {
            Complete();
            history.Reset();
            matcher = new WordMatcher(words, history);
            (recording, first) = (recording + 1, -1);
        }

        void Complete()
        {
            if (matcher is null) return;
            matcher.Complete(candidates);
            Judge();
        }

        void Judge()
        {
            foreach (var candidate in candidates)
            {
                var judgeScore = judge.Judge(candidate, paths[candidate.Path].Phones, history);
                var embedding = WordExamples.Embed(history, candidate.Start, candidate.End);
                found.Add(new StoredCandidate(recording, Math.Max(0, first), candidate.Start, candidate.End, judgeScore, embedding));
            }
            candidates.Clear();
        }
    }

    // The large recogniser rescores the likeliest of what the small one scored.
    private (float LargeThreshold, BackgroundCandidate[] Others) Rescore(
        List<StoredCandidate> candidates, IReadOnlyList<int[]> spellings, CancellationToken cancellationToken)
    {
        var (sound, tight) = (new float[candidates.Count][], new Range[candidates.Count]);
        var heard = new TextLikelihood[candidates.Count];
        var options = new ParallelOptions { CancellationToken = cancellationToken, MaxDegreeOfParallelism = Environment.ProcessorCount };
        Parallel.For(0, heard.Length, options, i =>
        {
            var span = WordTiming.Span(candidates[i].Start, candidates[i].End);
            var segment = WordSegment.Around(span, sounds.Length(candidates[i].Recording));
            sounds.Read(candidates[i].Recording, segment.First, sound[i] = new float[segment.Count]);
            tight[i] = segment.Tight;
            heard[i] = rescorer.ScoreBySmall(sound[i], spellings);
        });
        float[] scores = [.. Enumerable.Range(0, heard.Length).Select(Score)];
        var again = (int)(table.HeardAgainPerHour * background.Hours);
        var from = again < scores.Length ? scores.OrderDescending().ElementAt(again) : WordPath.NoThreshold;
        Parallel.For(0, heard.Length, options, i =>
        {
            if (scores[i] > from) heard[i] = rescorer.ScoreByLarge(sound[i], tight[i], spellings, heard[i]);
        });
        // By number of the output behind which it ends, counted through all recordings.
        return (from, [.. candidates.Select((one, i) => new BackgroundCandidate(one.First + one.End, Score(i), one.Embedding))]);

        float Score(int i) => table.Rescoring.Score(candidates[i].JudgeScore, heard[i]);
    }

    // Within the refractory time only the highest counts.
    private static List<float> ApplyRefractoryPeriod(IEnumerable<(long End, float Score)> found, double refractorySeconds)
    {
        var (kept, taken) = (new List<float>(), new List<long>());
        var apart = refractorySeconds / WordTiming.OutputSeconds;
        foreach (var (end, score) in found.OrderByDescending(alarm => alarm.Score))
        {
            if (taken.Exists(other => Math.Abs(other - end) < apart)) continue;
            taken.Add(end);
            kept.Add(score);
        }
        return kept;
    }

    private float ThresholdFor(List<float> alarms, double falseAlarmsPerHour) =>
        table.FalseAlarms.Threshold(alarms, background.Hours, falseAlarmsPerHour);

    private List<MeasuredThreshold> Points(List<float> alarms)
    {
        double[] rates = [100, 50, 20, 10, 5, 2, 1, 0.5, 0.2, 0.1];
        var points = new List<MeasuredThreshold>();
        foreach (var rate in rates)
        {
            var threshold = Math.Round(Posterior(ThresholdFor(alarms, rate)), 6);
            if (points.Count == 0 || threshold > points[^1].Threshold) points.Add(new MeasuredThreshold(threshold, rate, 0));
        }
        return points;
    }

    // A candidate in a recording, whose first output has a number among all.
    private readonly record struct StoredCandidate(int Recording, long First, long Start, long End, float JudgeScore, float[] Embedding);
}
