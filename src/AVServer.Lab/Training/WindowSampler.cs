using AVServer.Lab.Augmentation;

namespace AVServer.Lab.Training;

/// <summary>Draws the windows of a batch: a third with the keyword, a third with another last word, a third from anywhere.</summary>
public sealed class WindowSampler(AudioVisualSet set, WindowPlan plan)
{
    private const double KeywordShare = 1 / 3.0;
    private const double FinalShare = 1 / 3.0;

    /// <summary>Draws windows.</summary>
    public AudioVisualWindow[] Batch(int count, Random random)
    {
        var windows = new AudioVisualWindow[count];
        for (var i = 0; i < count; i++) windows[i] = Next(random);
        return windows;
    }

    /// <summary>Draws a window of any label.</summary>
    public AudioVisualWindow Next(Random random)
    {
        var kind = random.NextDouble();
        if (kind < KeywordShare) return Keyword(random);
        return kind < KeywordShare + FinalShare ? Final(random) : Other(random);
    }

    /// <summary>Draws another window with the same label.</summary>
    public AudioVisualWindow SameLabel(in AudioVisualWindow window, Random random)
    {
        if (window.IsKeyword) return Keyword(random);
        return random.NextDouble() < 0.5 ? Final(random) : Other(random);
    }

    private AudioVisualWindow Final(Random random) => plan.FinalWordWindow(set.Negatives[random.Next(set.Negatives.Count)], random);

    private AudioVisualWindow Other(Random random) => plan.OtherWordWindow(set.Clips[random.Next(set.Clips.Count)], random);

    private AudioVisualWindow Keyword(Random random) => plan.FinalWordWindow(set.Positives[random.Next(set.Positives.Count)], random);
}
