using AVServer.Lab.Data;

namespace AVServer.Lab.Augmentation;

/// <summary>A window of 2.56 s of a recording that ends shortly after a word.</summary>
/// <param name="Clip">The recording.</param>
/// <param name="IsKeyword">Whether that word is the keyword.</param>
/// <param name="WordEnd">End of the word, seconds from the recording's beginning.</param>
/// <param name="Lag">Time from the word's end to the window's end, seconds as heard and seen.</param>
/// <param name="From">What lies before is not shown: held pictures and a noise floor stand there.</param>
/// <param name="To">What lies after is not shown.</param>
public readonly record struct AudioVisualWindow(AudioVisualClip Clip, bool IsKeyword, double WordEnd, double Lag, double From, double To)
{
    /// <summary>Length of a window.</summary>
    public const double Seconds = 2.56;

    /// <summary>Pictures of a window.</summary>
    public const int Pictures = 64;

    /// <summary>Samples of a window: the last fbank frame reaches 15 ms beyond it.</summary>
    public const int Samples = (255 * 160) + 400;

    /// <summary>The moment of the recording that the window shows at its time <paramref name="seconds"/>.</summary>
    /// <param name="seconds">From the window's beginning.</param>
    /// <param name="speed">1.1 is 10 % faster.</param>
    public double MomentAt(double seconds, double speed) => WordEnd + ((Lag - Seconds + seconds) * speed);

    /// <summary>The picture that the window shows at a place, counted at a speed; held where nothing is shown.</summary>
    /// <param name="index">0 to 63.</param>
    /// <param name="speed">1.1 is 10 % faster.</param>
    public int PictureAt(int index, double speed) =>
        (int)Math.Floor(Math.Clamp(MomentAt((index + 0.5) / LipRecording.Fps, speed), From, To) * LipRecording.Fps / speed);
}
