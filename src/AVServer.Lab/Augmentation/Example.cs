using AVServer.Lab.Data;

namespace AVServer.Lab.Augmentation;

/// <summary>A training example.</summary>
/// <param name="Samples">16 kHz, rounded to 16 bits as a device would.</param>
/// <param name="Word">Where the keyword lies; absent in filler.</param>
public sealed record Example(short[] Samples, WordTimes? Word);
