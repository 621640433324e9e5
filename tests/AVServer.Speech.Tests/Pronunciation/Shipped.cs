using AVServer.TestKit;

namespace AVServer.Speech.Tests;

/// <summary>What set-up installs and the repository carries, read once for all tests.</summary>
internal static class Shipped
{
    public static string LexiconPath { get; } = Path.Combine(TestPaths.Models, "cmudict", "cmudict.txt");

    public static string LettersPath { get; } = Path.Combine(TestPaths.Models, "letters-to-phones", "model.bin");

    public static Lexicon Lexicon { get; } = Lexicon.Load(LexiconPath);

    public static LettersToPhones Letters { get; } = LettersToPhones.Load(LettersPath);

    public static Pronouncer Pronouncer { get; } = new(Lexicon, Letters);
}
