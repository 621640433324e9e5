using AVServer.Lab.G2p;
using AVServer.Speech;

namespace AVServer.Lab.Tests.G2p;

[Trait("Category", "unit")]
public sealed class G2pTests
{
    private static readonly G2pRecipe Recipe = new("toy", "1.0.0", "toy", Rounds: 6, RarestGraphone: 1, Order: 3, Prune: 0);

    // A made-up language in which "ph" is F, "x" is K S, a final "e" is silent and "a" is AE.
    private static readonly G2pExample[] Toy =
    [
        .. from first in new[] { ("b", "B"), ("t", "T"), ("ph", "F"), ("m", "M"), ("k", "K") }
           from last in new[] { ("x", "K S"), ("te", "T"), ("ph", "F"), ("m", "M"), ("be", "B"), ("n", "N") }
           select new G2pExample($"{first.Item1}a{last.Item1}", [.. PhoneSet.Parse($"{first.Item2} AE {last.Item2}")]),
    ];

    [Theory]
    [InlineData("phax", "F AE K S", "ph:F a:AE x:K S")]
    [InlineData("tate", "T AE T", "t:T a:AE te:T")]
    [InlineData("mam", "M AE M", "m:M a:AE m:M")]
    public void Letters_are_aligned_with_their_phones(string letters, string phones, string expected)
    {
        var aligner = GraphoneAligner.Learn(Toy, 6, (_, _) => { });
        Assert.Equal(expected, string.Join(' ', aligner.Align(new G2pExample(letters, [.. PhoneSet.Parse(phones)]))!));
    }

    [Fact]
    public void Word_with_more_phones_than_its_letters_can_have_is_not_aligned() =>
        Assert.Null(GraphoneAligner.Learn(Toy, 2, (_, _) => { }).Align(new G2pExample("a", [.. PhoneSet.Parse("AE B T")])));

    [Fact]
    public void Likelihood_rises_with_every_round()
    {
        var likelihoods = new List<double>();
        GraphoneAligner.Learn(Toy, 6, (_, likelihood) => likelihoods.Add(likelihood));
        // The first round's weights are no probabilities yet.
        Assert.All(
            likelihoods.Skip(1).Zip(likelihoods.Skip(2)),
            pair => Assert.True(pair.Second >= pair.First - 1e-9, $"{pair.First} → {pair.Second}"));
    }

    [Fact]
    public void Word_that_was_left_out_is_said_right()
    {
        var letters = new LettersToPhones(G2pTrainer.Train(Recipe, [.. Toy.Where(word => word.Letters != "phabe")], _ => { }));
        Assert.Equal("F AE B", PhoneSet.Format(letters.Guess("phabe", 1)[0].Phones.AsSpan()));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.5)]
    public void What_follows_any_context_adds_up_to_one(double prune)
    {
        var aligner = GraphoneAligner.Learn(Toy, 6, (_, _) => { });
        var model = new GraphoneEstimator([.. Toy.Select(word => aligner.Align(word)!)], 3, prune).ToModel();
        var contexts =
            new[] { 0, model.Start, model.Advance(model.Start, 1, out _), model.Advance(model.Advance(model.Start, 2, out _), 3, out _) };
        Assert.All(contexts, context =>
        {
            var sum = Enumerable.Range(0, model.Graphones.Length + 1).Sum(symbol =>
            {
                model.Advance(context, symbol, out var logProbability);
                return Math.Exp(logProbability);
            });
            // Logarithms are kept in steps of 6 %.
            Assert.InRange(sum, 0.93, 1.07);
        });
    }

    [Fact]
    public void Training_again_gives_the_same_bytes() => Assert.Equal(Bytes(), Bytes());

    [Fact]
    public void All_pronunciations_of_a_word_are_on_one_side()
    {
        var lines = Enumerable.Range(0, 400)
            .Select(
                i =>
                    $"W{(char)('A' + (i / 26))}{(char)('A' + (i % 26))}  B AH0\nW{(char)('A' + (i / 26))}{(char)('A' + (i % 26))}(1)  "
                    + "B IY1\n");
        var split = G2pSplit.Of(Lexicon.Parse(string.Concat(lines) + "NO_WORD  N OW1\n"));
        List<G2pExample>[] sides = [split.Train, split.Dev, split.Test];
        Assert.Equal(800, sides.Sum(side => side.Count));
        Assert.All(sides, side => Assert.NotEmpty(side));
        Assert.All(
            sides.SelectMany((side, i) => side.Select(word => (word.Letters, i))).GroupBy(word => word.Letters),
            word => Assert.Single(word.Select(entry => entry.i).Distinct()));
    }

    [Fact]
    public void Score_counts_errors_against_the_nearest_pronunciation()
    {
        var letters = new LettersToPhones(G2pTrainer.Train(Recipe, Toy, _ => { }));
        var score = G2pScore.Of(
            letters, [Spoken("bam", "B AE M"), Spoken("bam", "B AA M"), Spoken("tam", "T IY M"), Spoken("zzz", "Z")]);
        Assert.Equal((3, 2, 7, 2, 1), (score.Words, score.WordErrors, score.Phones, score.PhoneErrors, score.InNBest));
    }

    [Theory]
    [InlineData("tʃˈæɾɚbˌɑːks", "CH AE T ER B AA K S")]
    [InlineData("mˈɑːɹvɪn", "M AA R V IH N")]
    [InlineData("kɹˈaɪʔn̩", "K R AY T AH N")]
    [InlineData("zˈoːɹblæks", "Z AO R B L AE K S")]
    [InlineData("hˈeɪ", "HH EY")]
    public void Espeaks_alphabet_is_read(string ipa, string expected) => Assert.Equal(expected, PhoneSet.Format(EspeakPhones.FromIpa(ipa)));

    private static byte[] Bytes()
    {
        using var file = new MemoryStream();
        G2pTrainer.Train(Recipe, Toy, _ => { }).Write(file);
        return file.ToArray();
    }

    private static G2pExample Spoken(string letters, string phones) => new(letters, [.. PhoneSet.Parse(phones)]);
}
