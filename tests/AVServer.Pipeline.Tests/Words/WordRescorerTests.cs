using AVServer.Runtime;
using AVServer.Speech;
using AVServer.TestKit;

namespace AVServer.Pipeline.Tests.Words;

[Trait("Category", "unit")]
public sealed class WordRescorerTests(WordRescorerTests.Shared shared) : IClassFixture<WordRescorerTests.Shared>
{
    [Theory]
    [InlineData("view glass", "view glass", "View glass", "View Glass")]
    [InlineData("computer", "computer", "Computer")]
    [InlineData("kompyooter=K AH M P Y UW T ER", "kompyooter", "Kompyooter", "computer", "Computer")]
    [InlineData("computer=K AH M P Y UW D ER", "computer", "Computer")]
    public void Word_is_spelled_with_and_without_capitals_and_as_what_it_sounds_like(string text, params string[] expected)
    {
        var spellings = shared.Rescorer.Spell(text.Split('=')[0], shared.Pronouncer.Pronounce(text));

        Assert.Equal(expected.Select(shared.Tokenizer.Encode), spellings);
    }

    [Theory]
    [InlineData(1.0, 1.5, 160_000, 13_600, 28_800)]
    [InlineData(0.05, 0.6, 160_000, -1_600, 14_400)]
    [InlineData(1.0, 1.5, 25_000, 13_600, 25_000)]
    [InlineData(1.0, 9.0, 160_000, 84_800, 148_800)]
    [InlineData(0.0, 0.05, 800, -3_200, 800)]
    public void Stretch_reaches_around_the_word_as_far_as_there_is_sound(double start, double end, long heard, long first, long last)
    {
        var (from, count) = WordRescorer.Stretch(start, end, heard);

        Assert.Equal((first, last), (from, from + count));
    }

    public sealed class Shared : IDisposable
    {
        private readonly SpeechRecogniserModel _recogniser;

        public Shared()
        {
            var lexicon = Lexicon.Load(Path.Combine(TestPaths.Models, "cmudict", PronunciationFiles.Lexicon));
            var folder = Path.Combine(TestPaths.Models, "speech-recogniser");
            _recogniser = SpeechRecogniserModel.Load(ModelStore.Open(TestPaths.Models).Get("speech-recogniser"));
            Tokenizer = SubwordTokenizer.Load(
                Path.Combine(folder, SpeechRecogniserFiles.Vocabulary), Path.Combine(folder, SpeechRecogniserFiles.Merges));
            Rescorer = new WordRescorer(new Lazy<SpeechRecogniserModel>(_recogniser), new Lazy<SubwordTokenizer>(Tokenizer), lexicon);
            var letters = Path.Combine(TestPaths.Models, "letters-to-phones", PronunciationFiles.LettersToPhones);
            Pronouncer = new Pronouncer(lexicon, LettersToPhones.Load(letters));
        }

        public SubwordTokenizer Tokenizer { get; }

        public Pronouncer Pronouncer { get; }

        internal WordRescorer Rescorer { get; }

        public void Dispose() => _recogniser.Dispose();
    }
}
