using System.Collections.Immutable;

namespace AVServer.Speech;

/// <summary>One way to say a text: the phones of each of its words. Immutable.</summary>
public sealed class Pronunciation
{
    /// <param name="words">At least one; each has phones.</param>
    public Pronunciation(ImmutableArray<PronouncedWord> words)
    {
        ArgumentOutOfRangeException.ThrowIfZero(words.Length, nameof(words));
        Words = words;
        Phones = [.. words.SelectMany(word => word.Phones)];
    }

    /// <summary>The words in the order in which they are spoken; between two of them there may be a pause.</summary>
    public ImmutableArray<PronouncedWord> Words { get; }

    /// <summary>The phones of all words.</summary>
    public ImmutableArray<Phone> Phones { get; }

    /// <summary>What is said, in lower case: the words, numbers and abbreviations read out.</summary>
    public string Text => string.Join(' ', Words.Select(word => word.Text));

    /// <summary>Syllables: one for each vowel.</summary>
    public int Syllables => Phones.Count(PhoneSet.IsVowel);

    /// <summary>The phones, for example <c>HH EY M AA R V IH N</c>.</summary>
    public override string ToString() => PhoneSet.Format(Phones.AsSpan());
}
