using AVServer.Contracts;
using AVServer.Detection;
using AVServer.Runtime;
using AVServer.Signal;
using AVServer.Speech;

namespace AVServer.Pipeline;

/// <summary>
/// Everything that finds typed words: the phone network, the judge, the recogniser, stored speech and the pronouncer. Shared by all
/// streams.
/// </summary>
internal sealed class WordModel
{
    private WordModel(
        ModelManifest manifest,
        PhoneTable table,
        DynamicBatcher network,
        WordJudgeModel judge,
        WordRescorer rescorer,
        BackgroundSpeech background,
        BackgroundAudio sounds,
        Pronouncer pronouncer,
        PronunciationAdvisor advisor,
        IReadOnlyList<ShippedWord> shipped,
        WordMeasurements? measurements)
    {
        (Advisor, Shipped, Rescorer) = (advisor, shipped, rescorer);
        (Reference, Table, Network, Judge, Pronouncer) = (
            new ModelReference(manifest.Name, manifest.Version), table, network, judge, pronouncer);
        States = table.ToStates();
        var fbank = new FbankOptions { Mels = manifest.Features!.Mels, NoiseVariance = table.NoiseVariance };
        Features = new MfccComputer(new MfccOptions { UseEnergy = false, Fbank = fbank });
        Calibrator = new WordCalibrator(background, sounds, States, table, judge, rescorer, measurements);
        (ChunkFrames, OutputsPerChunk) = (manifest.Streaming!.ChunkFrames, manifest.Streaming.OutputsPerChunk);
    }

    /// <summary>Name and version, for events.</summary>
    public ModelReference Reference { get; }

    /// <summary>Words that were measured when the model was made.</summary>
    public IReadOnlyList<ShippedWord> Shipped { get; }

    /// <summary>Phones and how words are followed.</summary>
    public PhoneTable Table { get; }

    /// <summary>The same, ready to be asked.</summary>
    public PhoneStates States { get; }

    /// <summary>Computes the network's input.</summary>
    public MfccComputer Features { get; }

    /// <summary>Frames that the network takes at a time.</summary>
    public int ChunkFrames { get; }

    /// <summary>Outputs that it then gives.</summary>
    public int OutputsPerChunk { get; }

    /// <summary>The phone network.</summary>
    public DynamicBatcher Network { get; }

    /// <summary>Judges candidates.</summary>
    public WordJudgeModel Judge { get; }

    /// <summary>Rescores candidates.</summary>
    public WordRescorer Rescorer { get; }

    /// <summary>Says how texts sound.</summary>
    public Pronouncer Pronouncer { get; }

    /// <summary>Warns of words that are short or sound like others.</summary>
    public PronunciationAdvisor Advisor { get; }

    /// <summary>Chooses thresholds.</summary>
    public WordCalibrator Calibrator { get; }

    /// <summary>Loads what the models' folder holds; null where there is no phone model, no lexicon, or no recogniser.</summary>
    /// <param name="runtime">The models.</param>
    /// <param name="measurements">What was found of words in earlier runs; null: nothing is kept.</param>
    /// <exception cref="ModelStoreException">A file isn't what its manifest says.</exception>
    public static WordModel? TryLoad(ModelRuntime runtime, WordMeasurements? measurements = null)
    {
        var store = runtime.Store;
        if (store.OfKind(ModelKind.PhoneModel).FirstOrDefault() is not { } model
            || store.OfKind(ModelKind.Lexicon).FirstOrDefault() is not { } lexicon)
        {
            return null;
        }

        var words = Lexicon.Load(Path.Combine(lexicon.Folder, PronunciationFiles.Lexicon));
        if (WordRescorer.TryLoad(runtime, words) is not { } rescorer) return null;
        var letters = store.OfKind(ModelKind.LettersToPhones).FirstOrDefault();
        var spelling = letters is null ? "" : Path.Combine(letters.Folder, PronunciationFiles.LettersToPhones);
        var name = model.Manifest.Name;
        return new WordModel(
            model.Manifest,
            PhoneTable.Load(model),
            runtime.Phones(name),
            runtime.WordJudge(name),
            rescorer,
            BackgroundSpeech.Parse(model.ReadFile(PhoneModelFiles.Background)),
            BackgroundAudio.Parse(model.ReadFile(PhoneModelFiles.Sounds)),
            new Pronouncer(words, LettersToPhones.Load(spelling)),
            new PronunciationAdvisor(words),
            model.Manifest.Files.ContainsKey(PhoneModelFiles.Keywords) ? ShippedWord.Parse(model.ReadFile(PhoneModelFiles.Keywords)) : [],
            measurements);
    }
}
