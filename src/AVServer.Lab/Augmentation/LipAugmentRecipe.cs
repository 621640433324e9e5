namespace AVServer.Lab.Augmentation;

/// <summary>
/// How another face, another camera and another light are made of the lips of one talker. Shares are probabilities; ranges are drawn from
/// evenly, once a recording.
/// </summary>
/// <param name="MaxRotationDegrees">Turned either way.</param>
/// <param name="MinScale">Least side of the part that is kept, 1 being the lip ROI itself.</param>
/// <param name="MaxScale">Largest.</param>
/// <param name="StretchSpread">Height against width is drawn from 1 ± this.</param>
/// <param name="MaxShear">Sideways slant, pixels a pixel.</param>
/// <param name="MaxShift">Moved either way, pixels.</param>
/// <param name="MaxBend">Largest displacement of a smooth bend, pixels: lips of another shape.</param>
/// <param name="TrembleShare">Recordings whose ROI trembles by a pixel from picture to picture.</param>
/// <param name="FlipShare">Recordings seen in a mirror.</param>
/// <param name="GammaSpread">Brightness curve: gamma is drawn from 1 ÷ (1 + this) to 1 + this.</param>
/// <param name="ContrastSpread">Contrast is drawn from 1 ± this.</param>
/// <param name="BrightnessSpread">Added brightness, either way, 1 being white.</param>
/// <param name="ShadeSpread">Light from one side: brightness across the picture changes by up to this.</param>
/// <param name="EqualiseShare">Recordings with an equalised histogram.</param>
/// <param name="BlurShare">Recordings out of focus.</param>
/// <param name="MaxNoise">Largest deviation of the sensor's noise, 1 being white.</param>
/// <param name="EraseShare">Recordings with a covered rectangle.</param>
/// <param name="MotionSpread">How far the mouth moves from its mean picture is multiplied by 1 ÷ (1 + this) to 1 + this: some open it wide,
/// some mumble.</param>
/// <param name="TextureSpread">Brightness of the face changes from place to place by up to this, as with a beard, other skin or painted
/// lips; the same in all pictures.</param>
public sealed record LipAugmentRecipe(
    double MaxRotationDegrees = 15,
    double MinScale = 0.8,
    double MaxScale = 1.15,
    double StretchSpread = 0.15,
    double MaxShear = 0.1,
    double MaxShift = 4,
    double MaxBend = 2.5,
    double TrembleShare = 0.3,
    double FlipShare = 0.5,
    double GammaSpread = 0.6,
    double ContrastSpread = 0.4,
    double BrightnessSpread = 0.2,
    double ShadeSpread = 0.5,
    double EqualiseShare = 0.2,
    double BlurShare = 0.3,
    double MaxNoise = 0.04,
    double EraseShare = 0.2,
    double MotionSpread = 0.5,
    double TextureSpread = 0.3);
