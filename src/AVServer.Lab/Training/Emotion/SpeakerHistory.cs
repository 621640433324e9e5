using AVServer.Detection;

namespace AVServer.Lab.Training.Emotion;

/// <summary>
/// What would have been heard of a recording's speaker before it: other recordings of his, drawn by chance, until they are long enough.
/// </summary>
/// <param name="bank">Recordings, described by an encoder, the length last.</param>
/// <param name="variant">Their rendering; 0: as recorded.</param>
internal sealed class SpeakerHistory(EmotionBank bank, int variant = 0)
{
    private readonly int _dim = bank.DescriptorDim - 1;
    private readonly ILookup<(string Set, string Speaker), int> _bySpeaker = Enumerable.Range(0, bank.Recordings.Count)
        .ToLookup(place => (bank.Recordings[place].Set, bank.Recordings[place].Speaker));

    /// <summary>All that there is.</summary>
    internal const double All = 1e9;

    /// <summary>Values of a recording.</summary>
    internal float[] Values(int place) => bank.Describe(place, variant)[.._dim];

    /// <summary>What an emotion model is told of the speaker.</summary>
    /// <param name="place">The recording, which isn't among them.</param>
    /// <param name="seconds">Length of the speech that was heard before: at least so much where there is, 0 for none.</param>
    /// <param name="seed">Seed of the draw.</param>
    internal float[] Before(int place, double seconds, int seed)
    {
        var heard = new SpeakerStatistics(_dim);
        if (seconds <= 0) return heard.ToArray();
        var recording = bank.Recordings[place];
        var others = _bySpeaker[(recording.Set, recording.Speaker)].Where(other => other != place).ToArray();
        new Random(unchecked((seed * 1_000_003) + place)).Shuffle(others);
        foreach (var other in others)
        {
            if (heard.Seconds >= seconds) break;
            var values = bank.Describe(other, variant);
            heard.Add(values.AsSpan(0, _dim), values[^1]);
        }
        return heard.ToArray();
    }
}
