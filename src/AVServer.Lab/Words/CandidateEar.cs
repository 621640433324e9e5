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
        _rescorer = WordRescorer.Of(runtime, Find(ModelKind.SpeechRecogniser), Lexicon.Load(lexicon));

        StoredModel Find(ModelKind kind) => runtime.Store.OfKind(kind).FirstOrDefault()
            ?? throw new InvalidDataException($"Expected a {kind} in {folders.Models}, found none. Run scripts/setup.sh.");
    }

    /// <summary>Hears candidates.</summary>
    /// <param name="candidates">Each with the number of its recording.</param>
    /// <param name="sound">Samples of a recording; asked once for each.</param>
    public IReadOnlyDictionary<ScannedCandidate, TextLikelihood> Hear(
        IEnumerable<(int Recording, ScannedCandidate Candidate)> candidates, Func<int, float[]> sound)
    {
        var heard = new ConcurrentDictionary<ScannedCandidate, TextLikelihood>(ReferenceEqualityComparer.Instance);
        var recordings = candidates.GroupBy(candidate => candidate.Recording, candidate => candidate.Candidate).ToArray();
        Parallel.ForEach(recordings, new ParallelOptions { MaxDegreeOfParallelism = 2 }, recording =>
        {
            var samples = sound(recording.Key);
            foreach (var candidate in recording)
            {
                heard[candidate] = Hear(candidate, samples);
                if (heard.Count % 2000 == 0) _log($"heard {heard.Count} candidates");
            }
        });
        return heard;
    }

    public ValueTask DisposeAsync() => _services.DisposeAsync();

    private TextLikelihood Hear(ScannedCandidate candidate, float[] samples)
    {
        var span = WordTiming.Span(candidate.Candidate.Start, candidate.Candidate.End);
        return _rescorer.Hear(samples, span, _spellings.GetOrAdd(candidate.Word, Spell));
    }

    private IReadOnlyList<int[]> Spell(int text) => _rescorer.Spell(_data.Texts[text], _pronouncer.Pronounce(_data.Texts[text]));
}
