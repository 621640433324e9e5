using AVServer.Lab.Data;

namespace AVServer.Lab.Augmentation;

/// <summary>
/// Chooses windows so that only the word tells keyword and other windows apart, not where a window ends or what stands before it.
/// </summary>
/// <remarks>
/// Both end with the sentence's last word, which is an adverb in either case, at the same distances; others end with a word from
/// anywhere, or inside the keyword. What is before some word is often taken away or comes from another recording, from both alike:
/// in GRID the word before the adverb narrows down which adverb follows, and a held beginning or a sentence's length could do the same.
/// </remarks>
/// <param name="clips">Recordings that may stand before others.</param>
public sealed class WindowPlan(IReadOnlyList<AudioVisualClip> clips)
{
    /// <summary>Longest time from a word's end to its window's end.</summary>
    public const double MaxLag = 0.6;

    private const double MinLag = 0.04;
    private const double OwnShare = 0.2;
    private const double NothingShare = 0.3;
    private const double JustBeforeShare = 0.7;
    private const double CutShare = 0.5;
    private const double MaxKeywordPart = 0.4;

    // Words are cut a picture away from them: the alignment is no better, and lips begin before the sound.
    private const double Margin = 0.04;

    /// <summary>A window as recorded, that ends with the recording's last word.</summary>
    public static AudioVisualWindow RecordedWindow(AudioVisualClip clip, double lag) =>
        new(clip, clip.Words[^1] == clip.Keyword, clip.Words[^1].EndSeconds, lag, 0, double.PositiveInfinity);

    /// <summary>A window as recorded, that ends with a word before the last; of the keyword at most its beginning is in it.</summary>
    public static AudioVisualWindow EarlierWindow(AudioVisualClip clip, double lag, Random random) =>
        new(clip, false, clip.Words[random.Next(clip.Words.Count - 1)].EndSeconds, lag, 0, BeginningOfKeyword(clip));

    /// <summary>Draws the time from a word's end to its window's end.</summary>
    public static double DrawLag(Random random) => MinLag + (random.NextDouble() * (MaxLag - MinLag));

    /// <summary>A window that ends with the recording's last word.</summary>
    public AudioVisualWindow FinalWordWindow(AudioVisualClip clip, Random random) => At(clip, clip.Words.Count - 1, random);

    /// <summary>A window that ends with a word from anywhere, or inside the keyword; the keyword isn't in it.</summary>
    public AudioVisualWindow OtherWordWindow(AudioVisualClip clip, Random random)
    {
        var index = random.Next(clip.Words.Count);
        if (clip.Keyword is not { } said || clip.Words[index] != said) return At(clip, index, random);
        // The keyword's beginning, and its rest isn't there yet.
        var cut = said.StartSeconds + (MaxKeywordPart * random.NextDouble() * (said.EndSeconds - said.StartSeconds));
        return Begin(new AudioVisualWindow(clip, false, cut, DrawLag(random), 0, cut), index, random);
    }

    private AudioVisualWindow At(AudioVisualClip clip, int index, Random random)
    {
        var word = clip.Words[index];
        var isKeyword = word == clip.Keyword;
        var to = double.PositiveInfinity;
        if (index < clip.Words.Count - 1 && random.NextDouble() < CutShare) to = word.EndSeconds + Margin;
        else if (!isKeyword) to = BeginningOfKeyword(clip);
        return Begin(new AudioVisualWindow(clip, isKeyword, word.EndSeconds, DrawLag(random), 0, to), index, random);
    }

    private static double BeginningOfKeyword(AudioVisualClip clip) =>
        clip.Keyword is { } said ? said.StartSeconds + (MaxKeywordPart * (said.EndSeconds - said.StartSeconds)) : double.PositiveInfinity;

    private AudioVisualWindow Begin(AudioVisualWindow window, int index, Random random)
    {
        if (random.NextDouble() < OwnShare) return window;
        var first = random.NextDouble() < JustBeforeShare ? index : random.Next(index + 1);
        var from = window.Clip.Words[first].StartSeconds - Margin;
        if (random.NextDouble() < NothingShare) return window with { From = from };
        var before = clips[random.Next(clips.Count)];
        var spoken = before.Keyword is { } said ? before.Words.TakeWhile(word => word != said).ToArray() : [.. before.Words];
        // With the word before an adverb, as in the sentence it is taken for, or with any word.
        var last = spoken.Length == before.Words.Count ? spoken.Length - 2 : spoken.Length - 1;
        if (first < window.Clip.Words.Count - 1) last = random.Next(spoken.Length);
        return window with { From = from, Before = before, BeforeEnd = spoken[Math.Max(0, last)].EndSeconds };
    }
}
