using System.Collections.Concurrent;
using AVServer.Lab.Commands;
using AVServer.Pipeline;
using AVServer.Runtime;
using AVServer.Speech;
using Microsoft.Extensions.DependencyInjection;

namespace AVServer.Lab.Words;

/// <summary>Has the server's recogniser hear candidates, as the server does. Owns the recogniser.</summary>
internal sealed class CandidateEar : IAsyncDisposable
{
    private readonly ServiceProvider _services;
    private readonly WordRescorer _rescorer;
    private readonly JudgeData _data;
    private readonly Pronouncer _pronouncer;
    private readonly Action<string> _log;
    private readonly ConcurrentDictionary<int, IReadOnlyList<int[]>> _spellings = [];

    /// <param name="folders">Where the models lie.</param>
    /// <param name="data">Texts, by their number.</param>
    /// <param name="pronouncer">Says how they sound.</param>
    /// <param name="log">Told how far it is.</param>
    /// <exception cref="InvalidDataException">There is no recogniser, or no lexicon.</exception>
    public CandidateEar(LabFolders folders, JudgeData data, Pronouncer pronouncer, Action<string> log)
    {
        (_data, _pronouncer, _log) = (data, pronouncer, log);
        _services = PipelineServices.BuildPipeline(folders.Models, new KeyValuePair<string, string?>("Keywords:Shipped", "false"));
        var runtime = _services.GetRequiredService<ModelRuntime>();
        var lexicon = Path.Combine(Find(ModelKind.Lexicon).Folder, PronunciationFiles.Lexicon);
        _rescorer = WordRescorer.TryLoad(runtime, Lexicon.Load(lexicon)) ?? throw Missing(ModelKind.SpeechRecogniser);

        StoredModel Find(ModelKind kind) => runtime.Store.OfKind(kind).FirstOrDefault() ?? throw Missing(kind);

        InvalidDataException Missing(ModelKind kind) => new($"Expected a {kind} in {folders.Models}, found none. Run scripts/setup.sh.");
    }

    /// <summary>Has candidates heard by the small recogniser.</summary>
    /// <param name="candidates">Each with the number of its recording.</param>
    /// <param name="sound">Samples of a recording; asked once for each.</param>
    public IReadOnlyDictionary<ScannedCandidate, TextLikelihood> Hear(
        IEnumerable<(int Recording, ScannedCandidate Candidate)> candidates, Func<int, float[]> sound) =>
        Hear(candidates, sound, (candidate, stretch) => _rescorer.Hear(stretch, Spellings(candidate)));

    /// <summary>Has those of them that are likely enough heard by the large one too; what was said of the others stays.</summary>
    /// <param name="candidates">Each with the number of its recording.</param>
    /// <param name="sound">Samples of a recording; asked once for each.</param>
    /// <param name="heard">What the small one said.</param>
    /// <param name="isLikely">Whether a candidate is heard again.</param>
    public IReadOnlyDictionary<ScannedCandidate, TextLikelihood> HearAgain(
        IEnumerable<(int Recording, ScannedCandidate Candidate)> candidates,
        Func<int, float[]> sound,
        IReadOnlyDictionary<ScannedCandidate, TextLikelihood> heard,
        Func<ScannedCandidate, bool> isLikely)
    {
        var again = Hear(
            candidates.Where(candidate => isLikely(candidate.Candidate)),
            sound,
            (candidate, stretch) => _rescorer.HearAgain(stretch, Spellings(candidate), heard[candidate]));
        var both = new Dictionary<ScannedCandidate, TextLikelihood>(ReferenceEqualityComparer.Instance);
        foreach (var (candidate, likelihood) in heard) both[candidate] = again.TryGetValue(candidate, out var better) ? better : likelihood;
        return both;
    }

    public ValueTask DisposeAsync() => _services.DisposeAsync();

    private ConcurrentDictionary<ScannedCandidate, TextLikelihood> Hear(
        IEnumerable<(int Recording, ScannedCandidate Candidate)> candidates,
        Func<int, float[]> sound,
        Func<ScannedCandidate, float[], TextLikelihood> hear)
    {
        var heard = new ConcurrentDictionary<ScannedCandidate, TextLikelihood>(ReferenceEqualityComparer.Instance);
        var recordings = candidates.GroupBy(candidate => candidate.Recording, candidate => candidate.Candidate).ToArray();
        Parallel.ForEach(recordings, new ParallelOptions { MaxDegreeOfParallelism = 2 }, recording =>
        {
            var samples = sound(recording.Key);
            foreach (var candidate in recording)
            {
                var span = WordTiming.Span(candidate.Candidate.Start, candidate.Candidate.End);
                heard[candidate] = hear(candidate, WordRescorer.Cut(samples, span));
                if (heard.Count % 2000 == 0) _log($"heard {heard.Count} candidates");
            }
        });
        return heard;
    }

    private IReadOnlyList<int[]> Spellings(ScannedCandidate candidate) => _spellings.GetOrAdd(candidate.Word, Spell);

    private IReadOnlyList<int[]> Spell(int text) => _rescorer.Spell(_data.Texts[text], _pronouncer.Pronounce(_data.Texts[text]));
}
