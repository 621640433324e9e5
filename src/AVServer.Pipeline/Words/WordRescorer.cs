using System.Globalization;
using AVServer.Detection;
using AVServer.Runtime;
using AVServer.Speech;

namespace AVServer.Pipeline;

/// <summary>Rescores candidates of typed words by a recogniser that hears each candidate's sound once more. Thread-safe.</summary>
/// <remarks>
/// The cascade of a cheap detector and a large verifier, as in Gruenstein et al., <i>A Cascade Architecture for Keyword Spotting on
/// Mobile Devices</i>, arXiv 1712.03603: the recogniser knows how English goes on, the phones know when it was said.
/// </remarks>
/// <param name="recogniser">Hears; loaded by <see cref="Prepare"/>, or when it is first asked.</param>
/// <param name="tokenizer">Cuts spellings into its tokens; the same.</param>
/// <param name="lexicon">Knows how words are usually spelled.</param>
internal sealed class WordRescorer(Lazy<SpeechRecogniserModel> recogniser, Lazy<SubwordTokenizer> tokenizer, Lexicon lexicon)
{
    /// <summary>Sound before the word's alignment that is heard with it.</summary>
    public const double SecondsBefore = 0.15;

    /// <summary>Sound behind it.</summary>
    public const double SecondsAfter = 0.3;

    /// <summary>Longest stretch that is heard; of a longer one its end.</summary>
    public const double MostSeconds = 4;

    /// <summary>Spellings are decoded at once, each for its share of the time.</summary>
    private const int MostSpellings = 6;

    private static readonly string[] ClosingMarks = [".", ",", "!", "?"];

    private readonly Lazy<int[]> _ends = new(() => [SpeechRecogniserModel.EndToken, .. ClosingMarks.Select(tokenizer.Value.NumberOf)]);
    private int _isPrepared;

    /// <summary>A rescorer by a model of the models' folder.</summary>
    public static WordRescorer Of(ModelRuntime runtime, StoredModel model, Lexicon lexicon) => new(
        new Lazy<SpeechRecogniserModel>(() => runtime.Recogniser(model.Manifest.Name)),
        new Lazy<SubwordTokenizer>(() => SubwordTokenizer.Load(
            Path.Combine(model.Folder, SpeechRecogniserFiles.Vocabulary), Path.Combine(model.Folder, SpeechRecogniserFiles.Merges))),
        lexicon);

    /// <summary>Loads what is needed, beside the caller: for whoever will hear words soon.</summary>
    public void Prepare()
    {
        if (Interlocked.Exchange(ref _isPrepared, 1) == 0) _ = Task.Run(() => (recogniser.Value, _ends.Value));
    }

    /// <summary>
    /// Ways to write a word: as it is, with a capital letter at its beginning, with one at each part's; and so too with a part that no
    /// lexicon knows replaced by words that sound like it, as the recogniser would write them.
    /// </summary>
    /// <param name="name">The word, its parts between blanks.</param>
    /// <param name="pronunciations">How it is said.</param>
    public IReadOnlyList<int[]> Spell(string name, IReadOnlyList<Pronunciation> pronunciations)
    {
        IEnumerable<string> texts = [name, .. pronunciations.SelectMany(SpellAsOthers)];
        return [.. texts.SelectMany(WithCapitals).Distinct(StringComparer.Ordinal).Take(MostSpellings).Select(tokenizer.Value.Encode)];
    }

    /// <summary>Hears a candidate's sound.</summary>
    /// <param name="sound">16 kHz; see <see cref="Stretch"/>.</param>
    /// <param name="spellings">See <see cref="Spell"/>.</param>
    public TextLikelihood Hear(ReadOnlySpan<float> sound, IReadOnlyList<int[]> spellings) =>
        recogniser.Value.Score(sound, spellings, _ends.Value);

    /// <summary>Hears a candidate of a sound that is there whole.</summary>
    /// <param name="samples">The sound, 16 kHz.</param>
    /// <param name="span">Where the candidate lies in it.</param>
    /// <param name="spellings">See <see cref="Spell"/>.</param>
    public TextLikelihood Hear(ReadOnlySpan<float> samples, WordSpan span, IReadOnlyList<int[]> spellings)
    {
        var (first, count) = Stretch(span.Start, span.End, samples.Length);
        var sound = new float[count];
        var silent = (int)Math.Max(0, -first);
        samples.Slice((int)(first + silent), count - silent).CopyTo(sound.AsSpan(silent));
        return Hear(sound, spellings);
    }

    /// <summary>The samples that are heard for a candidate.</summary>
    /// <param name="startSeconds">Where the word begins.</param>
    /// <param name="endSeconds">Where it ends.</param>
    /// <param name="heardSamples">Samples that there are.</param>
    /// <returns>
    /// The first sample, which may lie before 0, where there is silence, and how many; at least as many as the recogniser needs.
    /// </returns>
    public static (long First, int Count) Stretch(double startSeconds, double endSeconds, long heardSamples)
    {
        var end = Math.Min(heardSamples, SampleAt(endSeconds + SecondsAfter));
        var first = Math.Max(SampleAt(startSeconds - SecondsBefore), end - SampleAt(MostSeconds));
        first = Math.Min(first, end - SpeechRecogniserModel.MinimumSamples);
        return (first, (int)(end - first));
    }

    private static long SampleAt(double seconds) => (long)Math.Round(seconds * SpeechRecogniserModel.SampleRateHz);

    private IEnumerable<string> SpellAsOthers(Pronunciation pronunciation)
    {
        for (var i = 0; i < pronunciation.Words.Length; i++)
        {
            if (lexicon.Find(pronunciation.Words[i].Text).Count > 0) continue;
            foreach (var other in lexicon.Saying(pronunciation.Words[i].Phones))
                yield return string.Join(' ', pronunciation.Words.Select((word, at) => at == i ? other : word.Text));
        }
    }

    private static IEnumerable<string> WithCapitals(string text) =>
        [text, Capital(text), string.Join(' ', text.Split(' ').Select(Capital))];

    private static string Capital(string text) => text.Length == 0 ? text : char.ToUpper(text[0], CultureInfo.InvariantCulture) + text[1..];
}
