using AVServer.Runtime;
using AVServer.Speech;
using AVServer.TestKit;

namespace AVServer.Pipeline.Tests.Words;

[Trait("Category", "unit")]
public sealed class WordRescorerTests(WordRescorerTests.Shared shared) : IClassFixture<WordRescorerTests.Shared>
{
    private static readonly Range Tight = 8_000..24_000;

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

    [Fact]
    public void Large_recogniser_counts_twice_once_for_each_cut()
    {
        var sound = SyntheticSpeech.Create(7, TimeSpan.FromSeconds(2));
        int[][] spellings = [shared.Tokenizer.Encode("view glass")];
        using var large = SpeechRecogniserModel.Load(ModelStore.Open(TestPaths.Models).Get("speech-recogniser-base"));

        var small = shared.Rescorer.ScoreBySmall(sound, spellings);
        var alone = shared.With(large, large).ScoreBySmall(sound, spellings);
        var tight = shared.With(large, large).ScoreBySmall(sound[Tight], spellings);
        var both = shared.With(shared.Small, large).ScoreByLarge(sound, Tight, spellings, small);

        Assert.NotEqual(small.Text, alone.Text);
        Assert.NotEqual(alone.Text, tight.Text);
        Assert.Equal((small.Text + alone.Text + tight.Text) / 3, both.Text, 1e-4);
        Assert.Equal((small.End + alone.End + tight.End) / 3, both.End, 1e-4);
        Assert.Equal(small.Tokens, both.Tokens);
    }

    [Fact]
    public void Without_a_large_recogniser_the_small_one_decides()
    {
        var sound = SyntheticSpeech.Create(7, TimeSpan.FromSeconds(2));
        int[][] spellings = [shared.Tokenizer.Encode("view glass")];

        var heard = shared.Rescorer.ScoreBySmall(sound, spellings);

        Assert.Equal(heard, shared.Rescorer.ScoreByLarge(sound, Tight, spellings, heard));
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
