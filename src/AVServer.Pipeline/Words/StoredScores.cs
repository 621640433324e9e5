using System.Collections.Frozen;
using AVServer.Contracts;
using AVServer.Signal;

namespace AVServer.Pipeline;

/// <summary>Has a trained model hear the speech that is stored with a phone model, as it hears a stream.</summary>
internal static class StoredScores
{
    // A word is judged at several steps; of ends within 0.2 s the highest is enough to know what it would have added.
    private const int OutputsApart = 6;

    /// <summary>What it says of a keyword that would count beside a typed word.</summary>
    /// <param name="model">A verifier with its spotter.</param>
    /// <param name="keyword">One that it knows.</param>
    /// <param name="speech">The stored speech, for where its recordings begin.</param>
    /// <param name="sounds">The same as sound.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<IReadOnlyList<StoredScore>> CollectAsync(
        KeywordModel model, string keyword, BackgroundSpeech speech, BackgroundAudio sounds, CancellationToken cancellationToken)
    {
        var fbank = new FbankComputer(KeywordCatalog.FrontEnd(model.Features));
        var (scores, stored, events) = (new TrainedScores(), new List<StoredScore>(), new List<StreamEvent>());
        // Nothing is a detection, as beside a typed word: the threshold is beyond any posterior.
        var listening = model with { Words = [.. model.Words.Select(word => word with { Threshold = float.PositiveInfinity })] };
        for (var recording = 0; recording < sounds.Count; recording++)
        {
            var samples = new float[sounds.Length(recording)];
            sounds.Read(recording, 0, samples);
            var listener = new KeywordListener(listening, paced: false, observed: false, scores);
            var track = new AudioTrack(
                TimeSpan.Zero, AudioClock.SampleRateHz, fbank, gated: true, [listener], null, null, FrozenSet<string>.Empty, null, null, 0);
            var first = speech.FirstOutput(recording);
            for (var at = 0; at < samples.Length; at += AudioClock.SampleRateHz)
            {
                var length = Math.Min(AudioClock.SampleRateHz, samples.Length - at);
                await track.AcceptAsync(samples.AsMemory(at, length), events, cancellationToken);
                Take(first);
            }
            await track.CompleteAsync(track.End, events, cancellationToken);
            Take(first);
        }
        return Strongest(stored);

        void Take(long first)
        {
            foreach (var score in scores.Remembered)
                if (score.Keyword == keyword)
                    stored.Add(new StoredScore(first + (long)Math.Round(score.EndSeconds / WordTiming.OutputSeconds), score.Posterior));
            scores.Clear();
        }
    }

    private static List<StoredScore> Strongest(IEnumerable<StoredScore> scores)
    {
        var kept = new List<StoredScore>();
        foreach (var score in scores.OrderByDescending(score => score.Posterior))
            if (!kept.Exists(other => Math.Abs(other.End - score.End) <= OutputsApart)) kept.Add(score);
        kept.Sort((one, other) => one.End.CompareTo(other.End));
        return kept;
    }
}
