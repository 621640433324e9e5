using AVServer.Detection;
using AVServer.Lab.Augmentation;
using AVServer.Lab.Import;
using AVServer.Lab.Words;
using AVServer.Pipeline;
using AVServer.Runtime;
using AVServer.Speech;

namespace AVServer.Lab.Lips;

/// <summary>Hears which phones are spoken, and when: the phone network of typed words, and the words where they are known.</summary>
internal sealed class PhoneTeacher : IDisposable
{
    private const int SampleRateHz = 16_000;

    // Speech that lies far below this is heard badly; it is amplified as the server does with quiet utterances.
    private const float QuietRms = 0.01f, LoudRms = 0.03f;

    private readonly BottleneckExtractor _network;
    private readonly PhoneAligner _aligner;
    private readonly Pronouncer _pronouncer;

    /// <param name="folder">Folder of the models.</param>
    /// <param name="name">The phone model.</param>
    public PhoneTeacher(string folder, string name)
    {
        var store = ModelStore.Open(folder);
        var model = store.Get(name);
        var table = PhoneTable.Load(model);
        States = table.ToStates();
        Matcher = table.Matcher;
        _network = new BottleneckExtractor(PhoneNetGraph.Read(model.ReadFile(ModelManifest.MainFile)), table.NoiseVariance);
        _aligner = new PhoneAligner(States);
        _pronouncer = Pronouncer.Load(
            Path.Combine(folder, "cmudict", PronunciationFiles.Lexicon),
            Path.Combine(folder, "letters-to-phones", PronunciationFiles.LettersToPhones));
    }

    /// <summary>Phones and their outputs.</summary>
    public PhoneStates States { get; }

    /// <summary>How words are followed.</summary>
    public MatcherOptions Matcher { get; }

    /// <summary>Listens to a recording.</summary>
    /// <param name="samples">Sound in [-1, 1), 16 kHz.</param>
    public PhoneScores Listen(ReadOnlySpan<float> samples)
    {
        var sound = samples.ToArray();
        var level = Waveform.ActiveRms(sound);
        if (level is > 0 and < QuietRms)
            foreach (ref var sample in sound.AsSpan()) sample *= LoudRms / level;
        var frames = (int)(sound.Length / (SampleRateHz * PhoneScores.FrameSeconds));
        return PhoneScores.Of(States, _network.Score(_network.Encode(sound)), _network.States, frames);
    }

    /// <summary>
    /// The network's outputs for a recording as it is, with half a second of silence behind it: [frames, <see cref="Width"/>].
    /// </summary>
    public float[] Outputs(ReadOnlySpan<float> samples) => _network.Score(_network.Encode(samples));

    /// <summary>Values of a frame of the network's outputs.</summary>
    public int Width => _network.States;

    /// <summary>Lays the words of a text over what was heard; null where there are none, or they don't fit.</summary>
    public SpokenPhones? Align(PhoneScores scores, string text)
    {
        var words = (TranscribedClip.Normalise(text.Replace('-', ' ').Replace('(', ' ').Replace(')', ' ')) ?? "")
            .Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (words.Length == 0) return null;
        var aligned = _aligner.Align(scores, [.. words.Select(Pronunciations)]);
        return aligned is var (phones, spoken) ? new SpokenPhones(words, scores, phones, spoken) : null;
    }

    /// <summary>The ways to say a text, in the teacher's phones.</summary>
    public int[][] Pronunciations(string text) =>
        [.. _pronouncer.Pronounce(text).Select(way => way.Phones.Select(phone => States.IndexOf(phone.ToString())).ToArray())];

    public void Dispose() => _network.Dispose();
}

/// <summary>What is spoken in a recording, frame by frame.</summary>
/// <param name="Texts">The words.</param>
/// <param name="Scores">What the teacher hears.</param>
/// <param name="Phones">By frame, the phone.</param>
/// <param name="Words">By frame, the word's place among the words; -1 in silence.</param>
internal sealed record SpokenPhones(IReadOnlyList<string> Texts, PhoneScores Scores, int[] Phones, int[] Words);
