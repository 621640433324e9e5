using AVServer.Lab.G2p;
using AVServer.Runtime;
using AVServer.Speech;

namespace AVServer.Lab.Commands;

/// <summary><c>av-lab compare-g2p</c>: names that the lexicon lacks, as the model and as espeak-ng say them, beside how they are said; and both on words of the test split.</summary>
public static class CompareG2pCommand
{
    public static async Task RunAsync(LabFolders folders, string recipePath, string namesPath, TextWriter output, CancellationToken cancellationToken)
    {
        var recipe = G2pRecipe.Load(recipePath);
        var letters = LettersToPhones.Load(Path.Combine(folders.Models, recipe.Name, PronunciationFiles.LettersToPhones));
        var names = File.ReadLines(namesPath).Select(line => line.Split('\t')).SelectMany(row => row[1].Split(',').Select(phones => new G2pExample(row[0], [.. PhoneSet.Parse(phones)]))).ToArray();
        await CompareAsync("names", letters, names, row => output.WriteLineAsync(row), output, cancellationToken);
        var split = G2pSplit.Of(Lexicon.Load(Path.Combine(folders.Models, recipe.Lexicon, PronunciationFiles.Lexicon)));
        // espeak-ng spells a word with an apostrophe at its edge.
        await CompareAsync("words of the test split", letters, [.. split.Test.Where(word => word.Letters.All(char.IsAsciiLetterLower))], row => Task.CompletedTask, output, cancellationToken);
    }

    private static async Task CompareAsync(
        string title, LettersToPhones letters, IReadOnlyList<G2pExample> spellings, Func<string, Task> eachRow, TextWriter output, CancellationToken cancellationToken)
    {
        var words = spellings.GroupBy(word => word.Letters).ToArray();
        var espeak = await EspeakPhones.TranscribeAsync([.. words.Select(word => word.Key)], cancellationToken);
        await eachRow("| word | said | model | right among four | espeak-ng |");
        await eachRow("|---|---|---|---|---|");
        var (modelTally, espeakTally, agreement) = (new Tally(), new Tally(), new Tally());
        var amongFour = 0;
        foreach (var (word, heard) in words.Zip(espeak))
        {
            var guesses = letters.Guess(word.Key, G2pScore.NBest);
            Phone[] best = [.. guesses[0].Phones];
            var place = guesses.ToList().FindIndex(guess => word.Any(said => said.Phones.AsSpan().SequenceEqual(guess.Phones.AsSpan()))) + 1;
            if (place > 0) amongFour++;
            modelTally.Add(G2pScore.Nearest(best, word.Select(said => said.Phones)));
            espeakTally.Add(G2pScore.Nearest(heard, word.Select(said => said.Phones)));
            agreement.Add(G2pScore.Nearest(best, [heard]));
            await eachRow($"| {word.Key} | {PhoneSet.Format(word.First().Phones)} | {PhoneSet.Format(best)} | {(place > 0 ? place : "–")} | {PhoneSet.Format(heard)} |");
        }
        await output.WriteLineAsync($"{words.Length} {title}: model {modelTally}, right among four guesses {amongFour}; espeak-ng {espeakTally}; model against espeak-ng {agreement}");
    }

    private sealed class Tally
    {
        private int _words, _wrong, _phones, _errors;

        public void Add((int Errors, int Phones) word)
        {
            _words++;
            _wrong += word.Errors > 0 ? 1 : 0;
            (_phones, _errors) = (_phones + word.Phones, _errors + word.Errors);
        }

        public override string ToString() => FormattableString.Invariant($"{_words - _wrong} words alike, {1 - ((double)_errors / _phones):P1} of phones");
    }
}
