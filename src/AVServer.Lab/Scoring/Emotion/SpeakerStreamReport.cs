using System.Globalization;
using AVServer.Detection;
using AVServer.Lab.Data.Emotion;
using AVServer.Lab.Training.Emotion;
using AVServer.Networks.Emotion;
using AVServer.Runtime;
using AVServer.Signal;

namespace AVServer.Lab.Scoring.Emotion;

/// <summary>
/// How well emotions are told where several strangers speak on one stream: with one memory for all of them, with speakers told apart by
/// their voices as the server does, and with each known.
/// </summary>
/// <remarks>
/// Streams are made up: speakers of one corpus by chance, one of them by chance for each utterance, all emotions mixed, thirty seconds of
/// each and twenty more. What is heard in the first half teaches the memory alone.
/// </remarks>
internal static class SpeakerStreamReport
{
    private const int Streams = 150;
    private const double SecondsASpeaker = 30;
    private const double SecondsMore = 20;
    private const int HeardSamples = 4 * SpeakerFrontEnd.SampleRateHz;

    private static readonly SpeakerFrontEnd FrontEnd = new();
    private static readonly int[] SpeakerCounts = [1, 2, 3];

    private enum Memory
    {
        Shared,
        ToldApart,
        Known,
    }

    /// <summary>Adds the table.</summary>
    /// <param name="report">Where.</param>
    /// <param name="recipe">Who taught, and who is a stranger.</param>
    /// <param name="bank">Recordings, described by the encoder.</param>
    /// <param name="head">Taught by the recipe's corpora.</param>
    /// <param name="read">Samples of a recording.</param>
    /// <param name="embedding">Tells speakers apart.</param>
    /// <param name="log">Told how far it is.</param>
    public static void Append(
        CrossCorpusReport report,
        SpeakerHeadRecipe recipe,
        EmotionBank bank,
        SpeakerHead head,
        Func<Recording, float[]> read,
        SpeakerEmbedding embedding,
        Action<string> log)
    {
        var taught = string.Join(" + ", recipe.Sets.Select(set => set.Set));
        var trainer = new SpeakerHeadTrainer(recipe, bank);
        report.Begin("Several strangers on one stream", ["one memory for all", "told apart by voice", "each known"]);
        foreach (var judged in recipe.Strangers.Where(set => set.Labels is not null))
        {
            var places = Enumerable.Range(0, bank.Recordings.Count).Where(place => bank.Recordings[place].Set == judged.Set).ToArray();
            var vectors = places.AsParallel().WithDegreeOfParallelism(2)
                .ToDictionary(place => place, place => Embed(embedding, read(bank.Recordings[place])));
            foreach (var count in SpeakerCounts)
            {
                IReadOnlyList<EmotionScore> Judge(Memory memory) =>
                    [.. trainer.Score(head, Play(bank, places, vectors, count, memory, recipe.Seed))];
                var columns = Enum.GetValues<Memory>().Select(Judge).ToArray();
                report.Add(taught, string.Create(CultureInfo.InvariantCulture, $"{judged.Set}, {count} on a stream"), columns);
                log($"{judged.Set}: streams of {count} judged");
            }
        }
    }

    // The same seed gives the same streams, whatever remembers.
    private static IEnumerable<(int Place, float[] Speaker)> Play(
        EmotionBank bank, int[] places, Dictionary<int, float[]?> vectors, int count, Memory memory, int seed)
    {
        var random = new Random(seed);
        var bySpeaker = places.GroupBy(place => bank.Recordings[place].Speaker).Select(speaker => speaker.ToArray()).ToArray();
        for (var stream = 0; stream < Streams; stream++)
        {
            var waiting = Draw(bySpeaker, count, random).Select(own => new Queue<int>(Draw(own, own.Length, random))).ToArray();
            var clusters = new SpeakerClusters(vectors.Values.First(vector => vector is not null)!.Length);
            var (statistics, heard, last) = (new List<SpeakerStatistics>(), 0.0, 0);
            while (heard < (SecondsASpeaker * count) + SecondsMore && waiting.All(own => own.Count > 0))
            {
                var speaker = random.Next(count);
                var place = waiting[speaker].Dequeue();
                var seconds = bank.Describe(place, 0)[^1];
                var vector = vectors[place];
                if (vector is not null) last = clusters.Find(vector);
                var remembered = memory switch { Memory.Shared => 0, Memory.Known => speaker, _ => last };
                while (statistics.Count <= remembered) statistics.Add(new SpeakerStatistics(bank.DescriptorDim - 1));
                if (heard >= SecondsASpeaker * count / 2) yield return (place, statistics[remembered].ToArray());
                statistics[remembered].Add(bank.Describe(place, 0).AsSpan(0, bank.DescriptorDim - 1), seconds);
                if (vector is not null) clusters.Add(last, vector, seconds);
                heard += seconds;
            }
        }
    }

    private static T[] Draw<T>(T[] from, int count, Random random)
    {
        var drawn = from.ToArray();
        random.Shuffle(drawn);
        return drawn[..count];
    }

    private static float[]? Embed(SpeakerEmbedding embedding, float[] samples)
    {
        var frames = FrontEnd.Compute(samples.AsSpan(0, Math.Min(samples.Length, HeardSamples)));
        return frames.Length == 0 ? null : embedding.Embed(frames);
    }
}
