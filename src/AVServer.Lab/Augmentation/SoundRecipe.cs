namespace AVServer.Lab.Augmentation;

/// <summary>How the sound of a window is changed for training. Shares are probabilities; ranges are drawn from evenly.</summary>
/// <param name="RoomShare">Windows put into a room.</param>
/// <param name="NoiseShare">Windows with noise or babble.</param>
/// <param name="MinSnrDb">Lowest signal-to-noise ratio.</param>
/// <param name="MaxSnrDb">Highest.</param>
/// <param name="FilterShare">Windows through another microphone or line.</param>
/// <param name="SpeedSpread">Speed of sound and pictures is drawn from 1 ± this.</param>
/// <param name="TractSpread">Formants are put higher or lower by up to this share.</param>
public sealed record SoundRecipe(
    double RoomShare = 0.4, double NoiseShare = 0.85, double MinSnrDb = -15, double MaxSnrDb = 15, double FilterShare = 0.3,
    double SpeedSpread = 0.25,
    double TractSpread = 0.18);
