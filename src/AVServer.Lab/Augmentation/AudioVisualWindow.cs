using AVServer.Lab.Data;

namespace AVServer.Lab.Augmentation;

/// <summary>A window of 2.56 s that ends shortly after a word of a recording.</summary>
/// <param name="Clip">The recording.</param>
/// <param name="IsKeyword">Whether that word is the keyword.</param>
/// <param name="WordEnd">End of the word, seconds from the recording's beginning.</param>
/// <param name="Lag">Time from the word's end to the window's end, seconds as heard and seen.</param>
/// <param name="From">Of the recording, nothing before this is shown.</param>
/// <param name="To">Nothing after this.</param>
/// <param name="Before">Another recording that stands before <paramref name="From"/>; absent: a noise floor and a held picture.</param>
/// <param name="BeforeEnd">Moment of that recording that meets <paramref name="From"/>.</param>
public readonly record struct AudioVisualWindow(
    AudioVisualClip Clip, bool IsKeyword, double WordEnd, double Lag, double From, double To, AudioVisualClip? Before = null,
    double BeforeEnd = 0)
{
    /// <summary>Length of a window.</summary>
    public const double Seconds = 2.56;

    /// <summary>Pictures of a window.</summary>
    public const int Pictures = 64;

    /// <summary>Samples of a window: the last fbank frame reaches 15 ms beyond it.</summary>
    public const int Samples = (255 * 160) + 400;

    /// <summary>What the window shows at a time.</summary>
    /// <param name="seconds">From the window's beginning.</param>
    /// <param name="speed">Speed of the recording; 1.1 is 10 % faster.</param>
    /// <param name="beforeSpeed">Speed of the recording before it.</param>
    public WindowMoment At(double seconds, double speed, double beforeSpeed)
    {
        var moment = WordEnd + ((Lag - Seconds + seconds) * speed);
        if (moment >= To) return new WindowMoment(false, false, To);
        if (moment >= From) return new WindowMoment(false, true, moment);
        return Before is null ? new WindowMoment(false, false, From)
            : new WindowMoment(true, true, BeforeEnd - ((From - moment) / speed * beforeSpeed));
    }

    /// <summary>What the window shows as its picture <paramref name="index"/>, 0 to 63.</summary>
    public WindowMoment Picture(int index, double speed, double beforeSpeed) => At((index + 0.5) / LipRecording.Fps, speed, beforeSpeed);
}

/// <summary>A moment of a recording.</summary>
/// <param name="IsBefore">Whether of the recording before.</param>
/// <param name="IsShown">Whether it is heard; else the picture of this moment is held.</param>
/// <param name="Seconds">From the recording's beginning; may lie beyond its ends.</param>
public readonly record struct WindowMoment(bool IsBefore, bool IsShown, double Seconds);
