using System.Globalization;
using AVServer.Runtime;
using AVServer.Speech;

namespace AVServer.Pipeline;

/// <summary>
/// Rescores candidates of typed words by speech recognisers: all by a small one, and what it leaves by a larger one. Thread-safe.
/// </summary>
/// <remarks>
/// The cascade of a cheap detector and a large verifier, as in Gruenstein et al., <i>A Cascade Architecture for Keyword Spotting on
/// Mobile Devices</i>, arXiv 1712.03603: the recogniser knows how English goes on, the phones know when it was said.
/// </remarks>
/// <param name="small">Scores first; loaded by <see cref="WarmUp"/>, or when it is first asked.</param>
/// <param name="large">Scores second, with the same tokens; loaded likewise. Null: there is none.</param>
/// <param name="tokenizer">Cuts spellings into their tokens; loaded likewise.</param>
/// <param name="lexicon">Knows how words are usually spelled.</param>
internal sealed class WordRescorer(
    Lazy<SpeechRecogniserModel> small, Lazy<SpeechRecogniserModel>? large, Lazy<SubwordTokenizer> tokenizer, Lexicon lexicon)
{
    /// <summary>Spellings are decoded at once, each for its share of the time.</summary>
    private const int MaxSpellings = 6;

    private static readonly string[] ClosingPunctuation = [".", ",", "!", "?"];

    private readonly Lazy<int[]> _ends = new(
        () => [SpeechRecogniserModel.EndToken, .. ClosingPunctuation.Select(tokenizer.Value.NumberOf)]);
    private int _isWarm;

    /// <summary>A rescorer by the recognisers of the models' folder; null where there is none.</summary>
    public static WordRescorer? TryLoad(ModelRuntime runtime, Lexicon lexicon)
    {
        StoredModel[] models = [.. runtime.Store.OfKind(ModelKind.SpeechRecogniser).OrderBy(Size)];
        if (models.Length == 0) return null;
        var folder = models[0].Folder;
        return new WordRescorer(
            Of(models[0]),
            models.Length > 1 ? Of(models[^1]) : null,
            new Lazy<SubwordTokenizer>(() => SubwordTokenizer.Load(
                Path.Combine(folder, SpeechRecogniserFiles.Vocabulary), Path.Combine(folder, SpeechRecogniserFiles.Merges))),
            lexicon);

        Lazy<SpeechRecogniserModel> Of(StoredModel model) => new(() => runtime.Recogniser(model.Manifest.Name));

        static long Size(StoredModel model) => model.Manifest.Files.Values.Sum(file => file.Bytes);
    }

    /// <summary>Loads what is needed, beside the caller: for a stream that will need it soon.</summary>
    public void WarmUp()
    {
        if (Interlocked.Exchange(ref _isWarm, 1) == 0) _ = Task.Run(() => (small.Value, large?.Value, _ends.Value));
    }

    /// <summary>
    /// Ways to write a word: as it is, with a capital letter at its beginning, with one at each part's; and so too with a part that no
    /// lexicon knows replaced by words that sound like it, as the recogniser would write them.
    /// </summary>
    /// <param name="name">The word, its parts between blanks.</param>
    /// <param name="pronunciations">How it is said.</param>
    public IReadOnlyList<int[]> Spellings(string name, IReadOnlyList<Pronunciation> pronunciations)
    {
        IEnumerable<string> texts = [name, .. pronunciations.SelectMany(Homophones)];
        return [.. texts.SelectMany(WithCapitals).Distinct(StringComparer.Ordinal).Take(MaxSpellings).Select(tokenizer.Value.Encode)];
    }

    /// <summary>Scores a candidate's sound by the small recogniser.</summary>
    /// <param name="sound">See <see cref="WordSegment"/>.</param>
    /// <param name="spellings">See <see cref="Spellings"/>.</param>
    public TextLikelihood ScoreBySmall(ReadOnlySpan<float> sound, IReadOnlyList<int[]> spellings) =>
        small.Value.Score(sound, spellings, _ends.Value);

    /// <summary>Scores it by the large one too, whole and in its tighter cut; without one the small one's score stands.</summary>
    /// <param name="sound">See <see cref="WordSegment"/>.</param>
    /// <param name="tight">Where the tighter cut lies in it.</param>
    /// <param name="spellings">See <see cref="Spellings"/>.</param>
    /// <param name="small">The small one's score.</param>
    public TextLikelihood ScoreByLarge(
        ReadOnlySpan<float> sound, Range tight, IReadOnlyList<int[]> spellings, TextLikelihood small) =>
        large is null ? small : TextLikelihood.Mean(
            small, large.Value.Score(sound, spellings, _ends.Value), large.Value.Score(sound[tight], spellings, _ends.Value));

    private IEnumerable<string> Homophones(Pronunciation pronunciation)
    {
        for (var i = 0; i < pronunciation.Words.Length; i++)
        {
            if (lexicon.Find(pronunciation.Words[i].Text).Count > 0) continue;
            foreach (var other in lexicon.Saying(pronunciation.Words[i].Phones))
                yield return string.Join(' ', pronunciation.Words.Select((word, at) => at == i ? other : word.Text));
        }
    }

    private static IEnumerable<string> WithCapitals(string text) =>
        [text, Capitalise(text), string.Join(' ', text.Split(' ').Select(Capitalise))];

    private static string Capitalise(string text) =>
        text.Length == 0 ? text : char.ToUpper(text[0], CultureInfo.InvariantCulture) + text[1..];
}
