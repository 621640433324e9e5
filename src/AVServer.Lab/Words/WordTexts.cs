using AVServer.Detection;
using AVServer.Speech;

namespace AVServer.Lab.Words;

/// <summary>Texts of one to three words that are said in the recordings, and how they sound.</summary>
internal static class WordTexts
{
    private const int MinPhones = 5;
    private const int MaxPhones = 12;
    private const int MinOccurrences = 3;
    private const int Frequent = 25;

    /// <summary>Texts that teach a judge: all that are frequent, and others by chance.</summary>
    /// <param name="spoken">Recordings.</param>
    /// <param name="pronouncer">Says whether and how a text can be said.</param>
    /// <param name="count">How many.</param>
    /// <param name="seed">Which of the rare ones.</param>
    public static IReadOnlyList<string> Choose(IEnumerable<TranscribedClip> spoken, Pronouncer pronouncer, int count, int seed)
    {
        var times = new Dictionary<string, int>();
        foreach (var recording in spoken.Where(recording => recording.Text is not null))
            foreach (var text in Pieces(recording.Text!).Distinct()) times[text] = times.GetValueOrDefault(text) + 1;
        var usable = times.Where(text => text.Value >= MinOccurrences && Phones(text.Key, pronouncer) is >= MinPhones and <= MaxPhones).OrderBy(text => text.Key, StringComparer.Ordinal).ToArray();
        new Random(seed).Shuffle(usable);
        return [.. usable.Where(text => text.Value >= Frequent).Concat(usable.Where(text => text.Value < Frequent)).Take(count).Select(text => text.Key)];
    }

    /// <summary>The phones of a text's pronunciations, by the network's numbers; empty where it can't be said.</summary>
    public static IReadOnlyList<int[]> Paths(string text, Pronouncer pronouncer, PhoneStates states)
    {
        try
        {
            return [.. pronouncer.Pronounce(text).Take(4).Select(way => way.Phones.Select(phone => states.IndexOf(phone.ToString())).ToArray())];
        }
        catch (Exception e) when (e is PronunciationException or NotSupportedException)
        {
            return [];
        }
    }

    private static int Phones(string text, Pronouncer pronouncer)
    {
        try
        {
            return pronouncer.Pronounce(text)[0].Phones.Length;
        }
        catch (Exception e) when (e is PronunciationException or NotSupportedException)
        {
            return 0;
        }
    }

    private static IEnumerable<string> Pieces(string text)
    {
        var words = text.Split(' ');
        for (var length = 1; length <= 3; length++)
            for (var i = 0; i + length <= words.Length; i++) yield return string.Join(' ', words[i..(i + length)]);
    }
}
