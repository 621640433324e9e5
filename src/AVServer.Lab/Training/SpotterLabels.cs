using AVServer.Lab.Data;

namespace AVServer.Lab.Training;

/// <summary>What the first stage is to say at each of its outputs.</summary>
public static class SpotterLabels
{
    /// <summary>From this long before the word's end, the keyword counts as heard.</summary>
    public const double EarlySeconds = 0.10;

    /// <summary>Until this long after it.</summary>
    public const double LateSeconds = 0.16;

    /// <summary>Beyond both edges, outputs that may say either.</summary>
    public const double MarginSeconds = 0.24;

    /// <summary>The moment of an output: the end of the last frame that it has seen, in seconds.</summary>
    public static double Time(int step, int stride) => ((((step + 1) * stride) - 1) * 0.010) + 0.025;

    /// <summary>Places labels: 1 around the word's end, -1 (not to be judged) beside it, else 0.</summary>
    public static void Place(WordTimes? word, int stride, Span<sbyte> labels)
    {
        labels.Clear();
        if (word is not { } times) return;
        for (var step = 0; step < labels.Length; step++)
        {
            var since = Time(step, stride) - times.EndSeconds;
            if (since >= -EarlySeconds && since <= LateSeconds) labels[step] = 1;
            else if (since >= -EarlySeconds - MarginSeconds && since <= LateSeconds + MarginSeconds) labels[step] = -1;
        }
    }
}
