using System.Globalization;
using AVServer.Contracts;
using AVServer.Detection;

namespace AVServer.Pipeline;

/// <summary>Learns how a word sounds from recordings of it.</summary>
/// <param name="model">Everything that finds words.</param>
internal sealed class WordEnroller(WordModel model)
{
    /// <summary>Longest recording, in seconds.</summary>
    public const double MaxSeconds = 10;

    /// <summary>The word must score higher in its recordings than other speech does so often an hour.</summary>
    private const double MaxCandidatesPerHour = 30;

    /// <summary>Outputs in a row, 60 ms, from which a phone counts as said.</summary>
    private const int MinPhoneOutputs = 2;

    private const int MaxRescored = 3;

    /// <summary>Learns from recordings.</summary>
    /// <param name="word">The word, as it is known by its text.</param>
    /// <param name="measured">What other speech brings for it.</param>
    /// <param name="recordings">Samples of each, 16 kHz, with its name.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="KeywordException">The word isn't in one of them; the message says in which.</exception>
    public async Task<Enrolment> EnrolAsync(
        TypedWord word, WordStatistics measured, IReadOnlyList<NamedRecording> recordings, CancellationToken cancellationToken)
    {
        var least = model.Calibrator.ThresholdFor(measured, MaxCandidatesPerHour);
        var found = new List<Match>();
        var refused = new List<string>();
        foreach (var recording in recordings)
        {
            var (best, said) = await FindWordAsync(word, recording.Samples, cancellationToken);
            if (best is { } heard && heard.Score > least) found.Add(heard);
            else refused.Add($"{recording.Name} ({(said.Length > 0 ? $"heard {said}" : "heard nobody")})");
        }
        if (refused.Count > 0)
            throw new KeywordException(string.Create(
                CultureInfo.InvariantCulture,
                $"Expected '{word.Name}' in each recording, didn't hear it in {string.Join(", ", refused)}: "
                + $"{refused.Count} of {recordings.Count}. Say it once in each, clearly; where you say it in another way than its text, "
                + $"add it with its phones, as {word.Name}=…"));
        float[][] examples = [.. found.Select(heard => heard.Embedding)];
        return new Enrolment(examples, [.. found.Select((heard, i) => Compare(word, measured, heard, OthersThan(i)))]);

        float[][] OthersThan(int recording) => [.. examples.Where((_, other) => other != recording)];
    }

    private EnrolledRecording Compare(TypedWord word, WordStatistics measured, Match heard, float[][] others)
    {
        var byText = Threshold(null);
        var examples = measured.CreateExamples(others);
        var with = heard.Score + RescoringWeights.ExampleScore(examples.Similarity(heard.Embedding));
        return new EnrolledRecording(Math.Round(heard.Score - byText, 3), Math.Round(with - Threshold(examples), 3));

        float Threshold(WordExamples? by) => model.Calibrator.Calibrate(word.Name, measured, word.Request, by).Threshold;
    }

    // The likeliest place of the word, null where the sound is shorter than it; and all that was said, phone by phone.
    private async Task<(Match? Best, string Said)> FindWordAsync(TypedWord word, float[] recording, CancellationToken cancellationToken)
    {
        var samples = AutomaticGainControl.Normalise(recording);
        var steps = ((samples.Length + AudioClock.StepSamples - 1) / AudioClock.StepSamples) + PhoneRecogniser.LatencySteps;
        var outputs = steps * AudioClock.StepSamples / (AudioClock.SampleRateHz * WordTiming.OutputSeconds);
        var history = new PhoneScoreHistory(model.States, (int)outputs + 2);
        var words = new WordSet(
            model.States, model.Table.Matcher, [.. word.Paths.Select(path => path with { Threshold = WordPath.NoThreshold })]);
        var (matcher, candidates, phones) = (
            new WordMatcher(words, history), new List<WordCandidate>(), new PhoneRecogniser(model, paced: false));
        var step = new float[AudioClock.StepSamples];
        for (var i = 0; i < steps; i++)
        {
            var at = i * step.Length;
            Array.Clear(step);
            if (at < samples.Length) samples.AsSpan(at, Math.Min(step.Length, samples.Length - at)).CopyTo(step);
            await phones.AcceptAsync(step, Hear, cancellationToken);
        }
        matcher.Complete(candidates);
        var ranked = candidates.Select(candidate => (Candidate: candidate, Score: Judge(candidate))).OrderByDescending(one => one.Score);
        var heard = ranked.Take(MaxRescored).Select(one => Describe(one.Candidate, one.Score)).ToArray();
        return (heard.Length == 0 ? null : heard.MaxBy(one => one.Score), DecodePhones(history));

        void Hear(ReadOnlySpan<float> scores)
        {
            history.Accept(scores);
            matcher.Accept(scores, candidates);
        }

        float Judge(WordCandidate candidate) => model.Judge.Judge(candidate, words.Paths[candidate.Path].Phones, history);

        Match Describe(WordCandidate candidate, float score)
        {
            var segment = WordSegment.Around(WordTiming.Span(candidate.Start, candidate.End), samples.Length);
            var heard = new RescoredSegment().Rescore(model, segment.Extract(samples), segment.Tight, word, score);
            var embedding = WordExamples.Embed(history, candidate.Start, candidate.End);
            return new Match(model.Table.Rescoring.Score(score, heard), embedding);
        }
    }

    private static string DecodePhones(PhoneScoreHistory history)
    {
        var (said, run) = (new List<string>(), 0);
        for (var frame = history.Oldest; frame < history.Count; frame++)
        {
            var phone = history.BestPhone(frame);
            run = frame > history.Oldest && phone == history.BestPhone(frame - 1) ? run + 1 : 1;
            if (run == MinPhoneOutputs && !history.States.IsSilence[phone]) said.Add(history.States.Phones[phone]);
        }
        return string.Join(' ', said);
    }

    private readonly record struct Match(float Score, float[] Embedding);
}

/// <summary>A recording of a word.</summary>
/// <param name="Name">What it is called in messages.</param>
/// <param name="Samples">16 kHz, in [-1, 1].</param>
internal readonly record struct NamedRecording(string Name, float[] Samples);
