using AVServer.Lab.Data;

namespace AVServer.Lab.Augmentation;

/// <summary>Chooses windows so that only the word tells keyword and other windows apart, not where a window ends or what stands before it.</summary>
/// <remarks>
/// Both end with the sentence's last word, which is an adverb in either case, at the same distances; others end with a word from
/// anywhere, or inside the keyword. From half of both all that is before some word is taken away, so that a held beginning says nothing.
/// </remarks>
public sealed class WindowPlan
{
    /// <summary>Longest time from a word's end to its window's end.</summary>
    public const double LongestLag = 0.6;

    private const double ShortestLag = 0.04;
    private const double CutShare = 0.5;
    private const double MaxKeywordPart = 0.4;

    /// <summary>A window that ends with the recording's last word.</summary>
    public static AudioVisualWindow Final(AudioVisualClip clip, Random random) => At(clip, clip.Words.Count - 1, random);

    /// <summary>A window that ends with a word from anywhere, or inside the keyword; the keyword isn't in it.</summary>
    public static AudioVisualWindow Other(AudioVisualClip clip, Random random)
    {
        var keyword = clip.Keyword;
        var index = random.Next(clip.Words.Count);
        if (keyword is not { } said || index < clip.Words.Count - 1) return At(clip, index, random);
        // The keyword's beginning, and then its rest isn't there yet.
        var cut = said.StartSeconds + (MaxKeywordPart * random.NextDouble() * (said.EndSeconds - said.StartSeconds));
        return new AudioVisualWindow(clip, false, cut, random.NextDouble() * LongestLag, Beginning(clip, clip.Words.Count - 2, random), cut);
    }

    private static AudioVisualWindow At(AudioVisualClip clip, int index, Random random)
    {
        var word = clip.Words[index];
        var isKeyword = word == clip.Keyword;
        var to = double.PositiveInfinity;
        if (index < clip.Words.Count - 1 && random.NextDouble() < CutShare) to = word.EndSeconds + 0.04;
        else if (!isKeyword && clip.Keyword is { } said) to = said.StartSeconds + (MaxKeywordPart * (said.EndSeconds - said.StartSeconds));
        var lag = ShortestLag + (random.NextDouble() * (LongestLag - ShortestLag));
        return new AudioVisualWindow(clip, isKeyword, word.EndSeconds, lag, Beginning(clip, index, random), to);
    }

    private static double Beginning(AudioVisualClip clip, int last, Random random) =>
        random.NextDouble() < CutShare ? clip.Words[random.Next(last + 1)].StartSeconds - 0.04 : 0;
}
