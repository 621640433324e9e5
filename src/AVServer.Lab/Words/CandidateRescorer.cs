using System.Collections.Concurrent;
using AVServer.Lab.Commands;
using AVServer.Pipeline;
using AVServer.Runtime;
using AVServer.Speech;
using Microsoft.Extensions.DependencyInjection;

namespace AVServer.Lab.Words;

/// <summary>Rescores candidates by the server's recognisers, as the server does. Owns them.</summary>
internal sealed class CandidateRescorer : IAsyncDisposable
{
    private readonly ServiceProvider _services;
    private readonly WordRescorer _rescorer;
    private readonly JudgeDataset _data;
    private readonly Pronouncer _pronouncer;
    private readonly Action<string> _log;
    private readonly ConcurrentDictionary<int, IReadOnlyList<int[]>> _spellings = [];

    /// <param name="folders">Where the models lie.</param>
    /// <param name="data">Texts, by their number.</param>
    /// <param name="pronouncer">Says how they sound.</param>
    /// <param name="log">Told how far it is.</param>
    /// <exception cref="InvalidDataException">There is no recogniser, or no lexicon.</exception>
    public CandidateRescorer(LabFolders folders, JudgeDataset data, Pronouncer pronouncer, Action<string> log)
    {
        (_data, _pronouncer, _log) = (data, pronouncer, log);
        _services = PipelineServices.BuildPipeline(folders.Models, new KeyValuePair<string, string?>("Keywords:Shipped", "false"));
        var runtime = _services.GetRequiredService<ModelRuntime>();
        var lexicon = Path.Combine(Find(ModelKind.Lexicon).Folder, PronunciationFiles.Lexicon);
        _rescorer = WordRescorer.TryLoad(runtime, Lexicon.Load(lexicon)) ?? throw Missing(ModelKind.SpeechRecogniser);

        StoredModel Find(ModelKind kind) => runtime.Store.OfKind(kind).FirstOrDefault() ?? throw Missing(kind);

        InvalidDataException Missing(ModelKind kind) => new($"Expected a {kind} in {folders.Models}, found none. Run scripts/setup.sh.");
    }

    /// <summary>Scores candidates by the small recogniser.</summary>
    /// <param name="candidates">Each with the number of its recording.</param>
    /// <param name="sound">Samples of a recording; asked once for each.</param>
    public IReadOnlyDictionary<ScannedCandidate, TextLikelihood> ScoreBySmall(
        IEnumerable<(int Recording, ScannedCandidate Candidate)> candidates, Func<int, float[]> sound) =>
        ScoreBySmall(candidates, sound, (candidate, samples, _) => _rescorer.ScoreBySmall(samples, Spellings(candidate)));

    /// <summary>Scores those of them that are likely enough by the large one too; the others keep their score.</summary>
    /// <param name="candidates">Each with the number of its recording.</param>
    /// <param name="sound">Samples of a recording; asked once for each.</param>
    /// <param name="heard">What the small one said.</param>
    /// <param name="isLikely">Whether a candidate is scored again.</param>
    public IReadOnlyDictionary<ScannedCandidate, TextLikelihood> ScoreByLarge(
        IEnumerable<(int Recording, ScannedCandidate Candidate)> candidates,
        Func<int, float[]> sound,
        IReadOnlyDictionary<ScannedCandidate, TextLikelihood> heard,
        Func<ScannedCandidate, bool> isLikely)
    {
        var again = ScoreBySmall(
            candidates.Where(candidate => isLikely(candidate.Candidate)),
            sound,
            (candidate, samples, tight) => _rescorer.ScoreByLarge(samples, tight, Spellings(candidate), heard[candidate]));
        var both = new Dictionary<ScannedCandidate, TextLikelihood>(ReferenceEqualityComparer.Instance);
        foreach (var (candidate, likelihood) in heard) both[candidate] = again.TryGetValue(candidate, out var better) ? better : likelihood;
        return both;
    }

    public ValueTask DisposeAsync() => _services.DisposeAsync();

    private ConcurrentDictionary<ScannedCandidate, TextLikelihood> ScoreBySmall(
        IEnumerable<(int Recording, ScannedCandidate Candidate)> candidates,
        Func<int, float[]> sound,
        Func<ScannedCandidate, float[], Range, TextLikelihood> score)
    {
        var heard = new ConcurrentDictionary<ScannedCandidate, TextLikelihood>(ReferenceEqualityComparer.Instance);
        var recordings = candidates.GroupBy(candidate => candidate.Recording, candidate => candidate.Candidate).ToArray();
        Parallel.ForEach(recordings, new ParallelOptions { MaxDegreeOfParallelism = 2 }, recording =>
        {
            var samples = sound(recording.Key);
            foreach (var candidate in recording)
            {
                var segment = WordSegment.Around(WordTiming.Span(candidate.Candidate.Start, candidate.Candidate.End), samples.Length);
                heard[candidate] = score(candidate, segment.Extract(samples), segment.Tight);
                if (heard.Count % 2000 == 0) _log($"rescored {heard.Count} candidates");
            }
        });
        return heard;
    }

    private IReadOnlyList<int[]> Spellings(ScannedCandidate candidate) => _spellings.GetOrAdd(candidate.Word, Spell);

    private IReadOnlyList<int[]> Spell(int text) => _rescorer.Spellings(_data.Texts[text], _pronouncer.Pronounce(_data.Texts[text]));
}
