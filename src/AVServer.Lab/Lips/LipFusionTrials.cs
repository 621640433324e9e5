using AVServer.Contracts;
using AVServer.Detection;
using AVServer.Lab.Augmentation;
using AVServer.Lab.Commands;
using AVServer.Lab.Data;
using AVServer.Pipeline;
using Microsoft.Extensions.DependencyInjection;

namespace AVServer.Lab.Lips;

/// <summary>
/// Typed words looked for in recordings with babble by the server's matcher, judge and recognisers, and what the lips of a talker who
/// taught nothing say along each candidate.
/// </summary>
internal sealed class LipFusionTrials : IAsyncDisposable
{
    /// <summary>Signal-to-noise ratios, dB; the first is as recorded.</summary>
    public static readonly IReadOnlyList<double> Conditions = [double.PositiveInfinity, 5, 0, -5];

    /// <summary>Weights of the lips inside the matcher; the first is none.</summary>
    public static readonly IReadOnlyList<float> MatcherWeights = [0, 0.2f, 0.5f];

    private const int Babblers = 6;

    // Candidates that lips may still bring above the threshold are rescored too.
    private const float Margin = 8;

    private readonly ServiceProvider _services;
    private readonly WordModel _model;
    private readonly WordList _words;
    private readonly PhoneTeacher _teacher;
    private readonly IReadOnlyList<int> _labelOf;
    private readonly CorpusCache _cache;
    private readonly CorpusRow[] _voices;

    private LipFusionTrials(ServiceProvider services, LipCorpus corpus, CorpusCache cache, LipPhoneRecipe recipe)
    {
        var registry = services.GetRequiredService<KeywordRegistry>();
        (_services, _teacher, _labelOf, _cache) = (services, corpus.Teacher, corpus.Targets.LabelOf, cache);
        _model = registry.Model
            ?? throw new InvalidDataException("Expected a phone model and recognisers, found none. Run scripts/setup.sh.");
        _words = registry.Current!;
        _voices = [.. cache.Rows(recipe.Babble)];
    }

    /// <summary>Measures the words, as the server does when they are typed.</summary>
    public static async Task<LipFusionTrials> OpenAsync(
        LabFolders folders, LipPhoneRecipe recipe, LipCorpus corpus, Action<string> log, CancellationToken cancellationToken)
    {
        var cache = new CorpusCache(folders.Cache);
        await cache.DecodeAsync(folders.Corpora, recipe.Babble, cancellationToken);
        var services = PipelineServices.BuildPipeline(folders.Models, new KeyValuePair<string, string?>("Keywords:Shipped", "false"));
        var registry = services.GetRequiredService<KeywordRegistry>();
        foreach (var word in recipe.Words)
        {
            await registry.AddAsync(new KeywordRequest(word), cancellationToken);
            log($"{word}: measured on stored speech");
        }
        return new LipFusionTrials(services, corpus, cache, recipe);
    }

    /// <summary>Looks for the words in a recording, by each of <see cref="MatcherWeights"/>.</summary>
    /// <param name="reading">The recording and what its lips show.</param>
    /// <param name="condition">Number of the condition.</param>
    /// <param name="seed">Who babbles.</param>
    public IEnumerable<LipFusionTrial> Find(LipReading reading, int condition, int seed)
    {
        var samples = Sound(reading.Clip.Face, Conditions[condition], new Random(seed));
        var outputs = _teacher.Outputs(samples);
        var scored = new Dictionary<(int Word, long Start, long End), RescoredSegment>();
        foreach (var weight in MatcherWeights)
        {
            var candidates = Candidates(reading, samples, outputs, weight, scored).ToLookup(found => found.Word);
            foreach (var (number, word) in _words.Words.Index())
                yield return new LipFusionTrial(
                    reading.Clip.Talker, condition, weight, word.Request.Text, reading.Clip.Spoken.Texts.Contains(word.Request.Text),
                    [.. candidates[number].Select(found => (found.Score, found.Lips, found.Gain))]);
        }
    }

    public ValueTask DisposeAsync() => _services.DisposeAsync();

    private IEnumerable<(int Word, float Score, float Lips, float Gain)> Candidates(
        LipReading reading, float[] samples, float[] outputs, float weight,
        Dictionary<(int Word, long Start, long End), RescoredSegment> scored)
    {
        var (width, states) = (_teacher.Width, _teacher.States);
        var history = new PhoneScoreHistory(states, outputs.Length / width);
        var matcher = new WordMatcher(_words.Set, history);
        var (candidates, seen) = (new List<WordCandidate>(), weight == 0 ? [] : new float[states.Phones.Count]);
        for (var at = 0; at < outputs.Length; at += width)
        {
            history.Accept(outputs.AsSpan(at, width));
            var picture = reading.Clip.PictureOf(at / width);
            for (var phone = 0; phone < seen.Length; phone++) seen[phone] = weight * reading.Gain(picture, _labelOf[phone]);
            matcher.Accept(outputs.AsSpan(at, width), candidates, seen);
        }
        matcher.Complete(candidates);
        foreach (var found in candidates)
        {
            var path = _words.Set.Paths[found.Path];
            var word = _words.Words[path.Word];
            int[] labels = [.. path.Phones.Select(phone => _labelOf[phone])];
            var lips = LipFusion.Sum(found, labels, (frame, label) => reading.Gain(reading.Clip.PictureOf(frame), label));
            // The judge knows sound: what lips added to the matcher's score is taken off again.
            var candidate = found with { Score = found.Score - (weight * lips) };
            var judge = _model.Judge.Judge(candidate, path.Phones, history);
            if (judge < word.SmallRecogniserThreshold) continue;
            var key = (path.Word, candidate.Start, candidate.End);
            if (!scored.TryGetValue(key, out var segment)) scored[key] = segment = new RescoredSegment();
            var around = WordSegment.Around(WordTiming.Span(candidate.Start, candidate.End), samples.Length);
            var heard = segment.Rescore(
                _model, around.Extract(samples), around.Tight, word with { Threshold = word.Threshold - Margin }, judge);
            var served = LipFusion.Gain(
                found, labels, (frame, shift, label) => reading.Gain(reading.Clip.PictureAt(frame, shift), label));
            yield return (path.Word, _model.Table.Rescoring.Score(judge, heard) - word.Threshold, lips, served);
        }
    }

    private float[] Sound(TalkingFace face, double snrDb, Random random)
    {
        var samples = new float[face.Samples.Length];
        for (var i = 0; i < samples.Length; i++) samples[i] = face.Samples[i] / 32768f;
        if (double.IsPositiveInfinity(snrDb)) return samples;
        var babble = new float[samples.Length];
        for (var talker = 0; talker < Babblers; talker++)
        {
            var row = _voices[random.Next(_voices.Length)];
            var voice = _cache.Samples(row.Set, row.Samples).ToArray().Select(sample => sample / 32768f).ToArray();
            var level = Waveform.ActiveRms(voice);
            if (level <= 0) continue;
            var first = random.Next(voice.Length);
            for (var i = 0; i < babble.Length; i++) babble[i] += voice[(first + i) % voice.Length] / level;
        }
        NoiseMixer.Mix(samples, babble, 0, snrDb);
        return samples;
    }
}

/// <summary>A word that was looked for in a recording.</summary>
/// <param name="Talker">Who speaks.</param>
/// <param name="Condition">Number of the condition.</param>
/// <param name="MatcherWeight">How much lips counted in the matcher.</param>
/// <param name="Word">The word.</param>
/// <param name="IsSaid">Whether it is said.</param>
/// <param name="Candidates">
/// What was found: log-odds above the word's threshold by sound, what the lips say along it, and what the server makes of that.
/// </param>
internal sealed record LipFusionTrial(
    string Talker, int Condition, float MatcherWeight, string Word, bool IsSaid,
    IReadOnlyList<(float Score, float Lips, float Gain)> Candidates)
{
    // What nothing was found of.
    private const float Nothing = -40;

    /// <summary>The best of it, with so much weight for the lips; null: as the server has it.</summary>
    public float Score(float? weight) =>
        Candidates.Select(found => found.Score + (weight is { } times ? times * found.Lips : found.Gain)).DefaultIfEmpty(Nothing).Max();
}
