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
        var spellings = shared.Rescorer.Spellings(text.Split('=')[0], shared.Pronouncer.Pronounce(text));

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
        var (from, count) = WordRescorer.Segment(start, end, heard);

        Assert.Equal((first, last), (from, from + count));
    }

    [Fact]
    public void Large_recogniser_counts_as_much_as_the_small_one()
    {
        var sound = SyntheticSpeech.Create(7, TimeSpan.FromSeconds(2));
        int[][] spellings = [shared.Tokenizer.Encode("view glass")];
        using var large = SpeechRecogniserModel.Load(ModelStore.Open(TestPaths.Models).Get("speech-recogniser-base"));

        var small = shared.Rescorer.ScoreBySmall(sound, spellings);
        var alone = shared.With(large, large).ScoreBySmall(sound, spellings);
        var both = shared.With(shared.Small, large).ScoreByLarge(sound, spellings, small);

        Assert.NotEqual(small.Text, alone.Text);
        Assert.Equal((small.Text + alone.Text) / 2, both.Text, 1e-4);
        Assert.Equal((small.End + alone.End) / 2, both.End, 1e-4);
        Assert.Equal(small.Tokens, both.Tokens);
    }

    [Fact]
    public void Without_a_large_recogniser_the_small_one_decides()
    {
        var sound = SyntheticSpeech.Create(7, TimeSpan.FromSeconds(2));
        int[][] spellings = [shared.Tokenizer.Encode("view glass")];

        var heard = shared.Rescorer.ScoreBySmall(sound, spellings);

        Assert.Equal(heard, shared.Rescorer.ScoreByLarge(sound, spellings, heard));
    }

    public sealed class Shared : IDisposable
    {
        private readonly Lexicon _lexicon;

        public Shared()
        {
            _lexicon = Lexicon.Load(Path.Combine(TestPaths.Models, "cmudict", PronunciationFiles.Lexicon));
            var folder = Path.Combine(TestPaths.Models, "speech-recogniser");
            Small = SpeechRecogniserModel.Load(ModelStore.Open(TestPaths.Models).Get("speech-recogniser"));
            Tokenizer = SubwordTokenizer.Load(
                Path.Combine(folder, SpeechRecogniserFiles.Vocabulary), Path.Combine(folder, SpeechRecogniserFiles.Merges));
            Rescorer = With(Small, null);
            var letters = Path.Combine(TestPaths.Models, "letters-to-phones", PronunciationFiles.LettersToPhones);
            Pronouncer = new Pronouncer(_lexicon, LettersToPhones.Load(letters));
        }

        public SubwordTokenizer Tokenizer { get; }

        public Pronouncer Pronouncer { get; }

        internal WordRescorer Rescorer { get; }

        internal SpeechRecogniserModel Small { get; }

        public void Dispose() => Small.Dispose();

        internal WordRescorer With(SpeechRecogniserModel small, SpeechRecogniserModel? large) => new(
            new Lazy<SpeechRecogniserModel>(small),
            large is null ? null : new Lazy<SpeechRecogniserModel>(large),
            new Lazy<SubwordTokenizer>(Tokenizer),
            _lexicon);
    }
}
