using System.Collections.Concurrent;
using AVServer.Pipeline;
using AVServer.Runtime;
using AVServer.Speech;

namespace AVServer.Lab.Words;

/// <summary>Has the server's recogniser hear candidates, as the server does.</summary>
/// <param name="rescorer">The recogniser.</param>
/// <param name="texts">Texts, by their number.</param>
/// <param name="pronouncer">Says how they sound.</param>
/// <param name="log">Told how far it is.</param>
internal sealed class CandidateEar(WordRescorer rescorer, IReadOnlyList<string> texts, Pronouncer pronouncer, Action<string> log)
{
    private readonly ConcurrentDictionary<int, IReadOnlyList<int[]>> _spellings = [];

    /// <summary>Opens the recogniser of a models' folder.</summary>
    public static WordRescorer Open(ModelRuntime runtime)
    {
        var model = runtime.Store.OfKind(ModelKind.SpeechRecogniser).FirstOrDefault()
            ?? throw new InvalidDataException("Expected a speech recogniser in the models' folder, found none. Run scripts/setup.sh.");
        var lexicon = runtime.Store.OfKind(ModelKind.Lexicon).First();
        return WordRescorer.Of(runtime, model, Lexicon.Load(Path.Combine(lexicon.Folder, PronunciationFiles.Lexicon)));
    }

    /// <summary>Hears candidates.</summary>
    /// <param name="candidates">Each with the number of its recording.</param>
    /// <param name="sound">Samples of a recording; asked once for each.</param>
    public IReadOnlyDictionary<ScannedCandidate, TextLikelihood> Hear(IEnumerable<(int Recording, ScannedCandidate Candidate)> candidates, Func<int, float[]> sound)
    {
        var heard = new ConcurrentDictionary<ScannedCandidate, TextLikelihood>(ReferenceEqualityComparer.Instance);
        var recordings = candidates.GroupBy(candidate => candidate.Recording, candidate => candidate.Candidate).ToArray();
        Parallel.ForEach(recordings, new ParallelOptions { MaxDegreeOfParallelism = 2 }, recording =>
        {
            var samples = sound(recording.Key);
            foreach (var candidate in recording)
            {
                heard[candidate] = Hear(candidate, samples);
                if (heard.Count % 2000 == 0) log($"heard {heard.Count} candidates");
            }
        });
        return heard;
    }

    private TextLikelihood Hear(ScannedCandidate candidate, float[] samples)
    {
        var (first, count) = WordRescorer.Stretch(
            candidate.Candidate.Start * WordTiming.OutputSeconds, (candidate.Candidate.End + 1) * WordTiming.OutputSeconds, samples.Length);
        var sound = new float[count];
        var skipped = (int)Math.Max(0, -first);
        samples.AsSpan((int)(first + skipped), count - skipped).CopyTo(sound.AsSpan(skipped));
        return rescorer.Hear(sound, _spellings.GetOrAdd(candidate.Word, word => rescorer.Spell(texts[word], pronouncer.Pronounce(texts[word]))));
    }
}
