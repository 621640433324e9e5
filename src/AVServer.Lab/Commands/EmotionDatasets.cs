using AVServer.Lab.Data;
using AVServer.Lab.Data.Emotion;
using AVServer.Lab.Training.Emotion;
using AVServer.Signal;
using AVServer.Speech;

namespace AVServer.Lab.Commands;

/// <summary>Recordings, texts and word vectors of an emotion recipe.</summary>
internal sealed class EmotionDatasets
{
    private const int ShortestNoise = 16_000;

    /// <summary>Corpora of household noise.</summary>
    internal static readonly string[] NoiseSets = ["noise_ovos", "noise_gsc_background"];
    private readonly LabFolders _folders;
    private readonly EmotionRecipe _recipe;
    private readonly CorpusCache _cache;

    /// <exception cref="FileNotFoundException">A corpus has not been decoded.</exception>
    internal EmotionDatasets(LabFolders folders, EmotionRecipe recipe)
    {
        (_folders, _recipe, _cache) = (folders, recipe, new CorpusCache(folders.Cache));
        if (recipe.Reads) Vectors = ReadVectors(Path.Combine(folders.Models, EmotionRecipe.WordVectors));
    }

    /// <summary>What the words mean to a model that reads.</summary>
    internal WordVectors? Vectors { get; private set; }

    /// <summary>Puts each word's votes behind its vector.</summary>
    internal void Add(WordVectors votes) => Vectors = Vectors!.Beside(votes);

    /// <summary>The recipe's recordings in all their renderings.</summary>
    internal EmotionBank Bank()
    {
        return Bank(_recipe.Sets, Noises(_cache), _recipe.AugmentationOrDefault);
    }

    /// <summary>The noises that are long enough to be mixed with an utterance.</summary>
    internal static float[][] Noises(CorpusCache cache) =>
    [
        .. NoiseSets.SelectMany(set => cache.Rows(set).Select(row => Samples(cache, set, row.Samples)))
            .Where(noise => noise.Length >= ShortestNoise),
    ];

    /// <summary>Samples of a recording in [-1, 1).</summary>
    internal static float[] Samples(CorpusCache cache, string set, Range range) =>
        Array.ConvertAll(cache.Samples(set, range).ToArray(), sample => sample / 32768f);

    /// <summary>Other recordings, as recorded.</summary>
    internal EmotionBank Bank(IReadOnlyList<EmotionSet> sets) => Bank(sets, [], _recipe.AugmentationOrDefault with { Variants = 1 });

    /// <summary>Texts of a split.</summary>
    internal IReadOnlyList<LabelledText> Texts(string split) => EmotionTexts.Read(_folders.Corpora, split, _recipe.Texts!, _recipe.Labels);

    private EmotionBank Bank(IReadOnlyList<EmotionSet> sets, IReadOnlyList<float[]> noises, EmotionAugmentation changes)
    {
        var recordings = EmotionCorpus.Read(_folders.Corpora, _cache, sets, _recipe.Labels, _recipe.Folds);
        // Read one after the other before anything runs in parallel.
        foreach (var set in sets) _ = _cache.Samples(set.Set, 0..0);
        IEmotionFrontEnd frontEnd = _recipe.LightSerNet is not null ? new LightSerNetFrontEnd() : _recipe.Mscnn!.Descriptors > 0 ? new VoiceFrontEnd() : new MfccDeltasFrontEnd();
        return new EmotionBank(recordings, recording => Samples(_cache, recording.Set, recording.Samples), noises, frontEnd, changes, _recipe.Seed);
    }

    /// <summary>A table of words from its model's folder.</summary>
    internal static WordVectors ReadVectors(string folder) => new(
        File.ReadAllBytes(Path.Combine(folder, Runtime.WordVectorFiles.Words)), File.ReadAllBytes(Path.Combine(folder, Runtime.WordVectorFiles.Vectors)));
}
