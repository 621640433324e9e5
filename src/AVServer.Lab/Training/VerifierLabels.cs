using AVServer.Lab.Data;

namespace AVServer.Lab.Training;

/// <summary>What the second stage is to say of a window, by the time from the word's end to the window's end.</summary>
public static class VerifierLabels
{
    /// <summary>From this long after the word's end (before it, where negative) the window holds the keyword.</summary>
    public const double EarliestSeconds = -0.04;

    /// <summary>Until this long after it.</summary>
    public const double LatestSeconds = 0.44;

    /// <summary>1 where the window holds the keyword at its end, 0 where it doesn't, -1 where it is not to be judged.</summary>
    public static sbyte Of(WordTimes? word, double windowEndSeconds)
    {
        if (word is not { } times) return 0;
        var since = windowEndSeconds - times.EndSeconds;
        if (since is >= EarliestSeconds and <= LatestSeconds) return 1;
        return since is >= EarliestSeconds - 0.2 and <= LatestSeconds + 0.4 ? (sbyte)-1 : (sbyte)0;
    }
}
