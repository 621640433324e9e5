using System.Security.Cryptography;
using System.Text;
using AVServer.Detection;
using AVServer.Lab.Augmentation;
using AVServer.Lab.Commands;
using AVServer.Lab.Data;
using AVServer.Lab.Import;
using AVServer.Lab.Import.Kaldi;
using AVServer.Lab.Training.Phones;
using AVServer.Networks;
using AVServer.Pipeline;
using AVServer.Runtime;
using AVServer.Speech;

namespace AVServer.Lab.Words;

/// <summary>Recordings, heard by the phone network clean and in noise, and the words that are looked for in them.</summary>
internal sealed class WordCorpus : IDisposable
{
    private readonly WordsRecipe _recipe;
    private readonly Corpora _corpora;
    private readonly LabFolders _folders;
    private readonly Action<string> _log;
    private readonly BottleneckExtractor _extractor;
    private readonly Lazy<NoiseBank> _trainingNoise;
    private readonly Lazy<NoiseBank> _testNoise;

    /// <param name="folders">Where everything lies.</param>
    /// <param name="recipe">What is looked for, in what.</param>
    /// <param name="recipePath">File of the recipe.</param>
    /// <param name="net">The phone network.</param>
    /// <param name="kaldi">Says which outputs belong to which phone.</param>
    /// <param name="log">Told how far it is.</param>
    private WordCorpus(LabFolders folders, WordsRecipe recipe, string recipePath, PhoneNet net, KaldiModel kaldi, Action<string> log)
    {
        Network = net;
        (_folders, _recipe, _log, _extractor) = (folders, recipe, log, new BottleneckExtractor(net, recipe.NoiseVariance));
        _corpora = new Corpora(Path.Combine(Path.GetDirectoryName(Path.GetFullPath(recipePath))!, recipe.Data), folders.Cache);
        Recordings = [.. _corpora.Clips
            .Where(clip => clip.Role is ClipRole.Filler or ClipRole.Keyword && clip.Samples.End.Value - clip.Samples.Start.Value > 1600)
            .Select(
                clip => new TranscribedClip(
                    clip, recipe.Background.Contains(clip.Set) ? null : TranscribedClip.Normalise(_corpora.LabelOf(clip))))];
        var cmudict = Path.Combine(folders.Models, "cmudict", "cmudict.txt");
        Pronouncer = Pronouncer.Load(cmudict, Path.Combine(folders.Models, "letters-to-phones", "model.bin"));
        (_trainingNoise, _testNoise) = (Noise(Split.Train), Noise(Split.Test));
        TrainingFeatures = LoadOrMake("taught", [.. Enumerable.Range(0, Recordings.Count)], TrainingSound);
        var counted = Enumerable.Range(0, Recordings.Count)
            .Where(i => Recordings[i].Clip.Set == "speechocean762" || Recordings[i].Clip.Set == "librispeech_251spk")
            .ToArray();
        new Random(recipe.Seed).Shuffle(counted);
        States = PhoneInventory.WithContexts(
            PhoneInventory.Read(kaldi),
            counted.Where(i => !HasOtherTalker(i)).Take(recipe.Counted).Select(i => _extractor.Score(TrainingFeatures[i])),
            _extractor.States);
    }

    /// <summary>Decodes the recordings and has the network hear them, unless that is done.</summary>
    /// <inheritdoc cref="WordCorpus(LabFolders, WordsRecipe, string, PhoneNet, KaldiModel, Action{string})"/>
    public static async Task<WordCorpus> OpenAsync(
        LabFolders folders, WordsRecipe recipe, string recipePath, Action<string> log, CancellationToken cancellationToken)
    {
        var cache = new CorpusCache(folders.Cache);
        foreach (var set in DataRecipe.Load(Path.Combine(Path.GetDirectoryName(Path.GetFullPath(recipePath))!, recipe.Data)).Sets)
            if (await cache.DecodeAsync(folders.Corpora, set, cancellationToken)) log($"{set}: decoded");
        TorchSharp.torch.set_num_threads(1);
        var kaldi = KaldiModel.Load(Path.Combine(folders.Models, recipe.Teacher, "am", "final.mdl"));
        var net = await NetworkAsync(folders, recipe, kaldi, log, cancellationToken);
        var corpus = new WordCorpus(folders, recipe, recipePath, net, kaldi, log);
        log($"{corpus.Recordings.Count} recordings, {corpus.Recordings.Count(spoken => spoken.Text is not null)} with their text");
        return corpus;
    }

    // What a model was made of stays the same where only its judge is taught anew: the network's training takes hours and need not be
    // repeated.
    private static async Task<PhoneNet> NetworkAsync(
        LabFolders folders, WordsRecipe recipe, KaldiModel kaldi, Action<string> log, CancellationToken cancellationToken)
    {
        var teacher = PhoneNetImport.Build(kaldi.Network);
        if (recipe.Network.Length == 0) return teacher;
        if (Checkpoints.Exists(folders, recipe.Network))
        {
            WeightAverage.Apply(
                teacher, Checkpoints.Restore(folders, recipe.Network, PhoneNetImport.Build(kaldi.Network)), recipe.TeacherShare);
            return teacher;
        }
        var shipped = Path.Combine(folders.Models, recipe.Name, ModelManifest.MainFile);
        log($"no checkpoint of {recipe.Network} in {folders.Run(recipe.Network)}: the network is that of {shipped}");
        teacher.Dispose();
        return PhoneNetGraph.Read(await File.ReadAllBytesAsync(shipped, cancellationToken));
    }

    /// <summary>The phone network.</summary>
    public PhoneNet Network { get; }

    /// <summary>Whether it was taken from the model that is there, as its training isn't.</summary>
    public bool IsShippedNetwork => _recipe.Network.Length > 0 && !Checkpoints.Exists(_folders, _recipe.Network);

    /// <summary>All recordings of speech.</summary>
    public IReadOnlyList<TranscribedClip> Recordings { get; }

    /// <summary>Says how texts sound.</summary>
    public Pronouncer Pronouncer { get; }

    /// <summary>Phones and their outputs.</summary>
    public PhoneStates States { get; }

    /// <summary>All recordings, every second in noise, at various levels.</summary>
    public BottleneckCache TrainingFeatures { get; }

    /// <summary>Samples of a recording as <see cref="TrainingFeatures"/> heard it.</summary>
    public float[] TrainingSound(int recording)
    {
        var sound = _corpora.Read(Recordings[recording].Clip);
        AugmentForTraining(sound, recording, RandomFor(recording), _trainingNoise.Value);
        return sound;
    }

    /// <summary>Samples of a recording in a stated noise, amplified where the server amplifies them.</summary>
    /// <param name="recording">Its number in <see cref="Recordings"/>.</param>
    /// <param name="turn">Its place among those that are measured, which chooses the noise.</param>
    /// <param name="snrDb">Ratio of speech to noise; null: clean.</param>
    public float[] TestSound(int recording, int turn, double? snrDb)
    {
        var sound = _corpora.Read(Recordings[recording].Clip);
        if (snrDb is { } ratio) _testNoise.Value.MixNoise(sound, Waveform.ActiveRms(sound), ratio, RandomFor(turn));
        return AutomaticGainControl.Normalise(sound);
    }

    /// <summary>Some recordings in a stated noise.</summary>
    /// <param name="recordings">Which, by their number in <see cref="Recordings"/>.</param>
    /// <param name="snrDb">Ratio of speech to noise; null: clean.</param>
    public BottleneckCache TestFeatures(IReadOnlyList<int> recordings, double? snrDb)
    {
        var name = snrDb is { } db ? FormattableString.Invariant($"lifted-{db:F0}dB") : "lifted-clean";
        return LoadOrMake(name, recordings, i => TestSound(recordings[i], i, snrDb));
    }

    /// <summary>Stored speech as the server reads it.</summary>
    public byte[] BackgroundSpeechFile()
    {
        var (weights, bias) = _extractor.Output;
        return BackgroundSpeech.Write(weights, bias, [.. Stored.Select(i => TrainingFeatures[i])]);
    }

    /// <summary>The same speech as sound.</summary>
    public byte[] BackgroundAudioFile() => BackgroundAudio.Write(Stored.Select(TrainingSound), _recipe.StoredBitsPerSecond);

    /// <summary>Whether a recording is of the corpora that are stored with the model.</summary>
    public bool IsStored(int recording) => _recipe.Background.Contains(Recordings[recording].Clip.Set);

    /// <summary>Length of what is stored.</summary>
    public double StoredHours => Enumerable.Range(0, Recordings.Count).Where(IsStored).Sum(Hours);

    private IEnumerable<int> Stored => Enumerable.Range(0, Recordings.Count).Where(i => IsStored(i) && !HasOtherTalker(i));

    /// <summary>Scores of a recording's states.</summary>
    public float[] Score(float[] codes) => _extractor.Score(codes);

    /// <summary>States of an output.</summary>
    public int Width => _extractor.States;

    /// <summary>
    /// Whether another talker is heard in <see cref="TrainingFeatures"/> beside a recording's own: what he says nobody wrote down.
    /// </summary>
    public bool HasOtherTalker(int recording)
    {
        // The draws of Teach and of the noise bank, up to the choice between noise and talkers.
        var random = RandomFor(recording);
        return recording % 2 == 1 && (random.NextDouble(), random.NextDouble(), random.NextDouble()).Item3 >= 0.5;
    }

    /// <summary>Length of a recording that may be searched; 0 where others are heard in it.</summary>
    public double Hours(int recording) =>
        HasOtherTalker(recording)
            ? 0
            : (Recordings[recording].Clip.Samples.End.Value - Recordings[recording].Clip.Samples.Start.Value) / 16_000.0 / 3600;

    public void Dispose() => _extractor.Dispose();

    // Named by the recordings: others are heard anew.
    private BottleneckCache LoadOrMake(string name, IReadOnlyList<int> recordings, Func<int, float[]> sound)
    {
        var paths = string.Join('\n', recordings.Select(i => $"{Recordings[i].Clip.Set}/{Recordings[i].Clip.Path}"));
        var key = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(paths)))[..12];
        var file = Path.Combine(_folders.Work, "codes", _recipe.NetworkName, $"{name}-{key}.bin");
        return BottleneckCache.LoadOrMake(file, recordings.Count, i => _extractor.Encode(sound(i)), _log);
    }

    private Lazy<NoiseBank> Noise(Split split) => new(() => new NoiseBank(_corpora, split, _recipe.Seed));

    private Random RandomFor(int recording) => new(unchecked((_recipe.Seed * 31) + recording));

    private static void AugmentForTraining(float[] sound, int i, Random random, NoiseBank noises)
    {
        var gain = (float)Math.Pow(10, ((random.NextDouble() * 20) - 15) / 20);
        foreach (ref var sample in sound.AsSpan()) sample *= gain;
        if (i % 2 == 1) noises.Mix(sound, Waveform.ActiveRms(sound), (random.NextDouble() * 21) - 3, random);
        foreach (ref var sample in sound.AsSpan()) sample = Math.Clamp(sample, -1, 1);
    }
}
