namespace AVServer.Lab.Augmentation;

/// <summary>How training examples are made of recordings. Shares are probabilities; ranges are drawn from evenly.</summary>
/// <param name="Seconds">Length of an example.</param>
/// <param name="KeywordShare">Examples with the keyword.</param>
/// <param name="SyntheticShare">Keyword examples spoken by a synthetic voice.</param>
/// <param name="BrokenShare">Examples with a part of the keyword only, or with it backwards, which count as filler.</param>
/// <param name="NoiseOnlyShare">Examples without any speech.</param>
/// <param name="NeighbourShare">That speech stands before the middle recording; the same again for after it.</param>
/// <param name="SilenceShare">Examples with exact zeros before the middle recording; the same again for after it.</param>
/// <param name="RoomShare">Examples put into a room.</param>
/// <param name="NoiseShare">Examples with noise or babble.</param>
/// <param name="MinSnrDb">Lowest signal-to-noise ratio.</param>
/// <param name="MaxSnrDb">Highest.</param>
/// <param name="FloorShare">Examples over a microphone's own noise, 12 to 45 dB below the speech.</param>
/// <param name="FilterShare">Examples through another microphone or line.</param>
/// <param name="SpeedSpread">Speed is drawn from 1 ± this.</param>
public sealed record ExampleRecipe(
    double Seconds = 3.0,
    double KeywordShare = 0.35,
    double SyntheticShare = 0.2,
    double BrokenShare = 0.1,
    double NoiseOnlyShare = 0.06,
    double NeighbourShare = 0.45,
    double SilenceShare = 0.2,
    double RoomShare = 0.45,
    double NoiseShare = 0.75,
    double MinSnrDb = -5,
    double MaxSnrDb = 25,
    double FloorShare = 0,
    double FilterShare = 0.4,
    double SpeedSpread = 0.15);
