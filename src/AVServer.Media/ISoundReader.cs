namespace AVServer.Media;

/// <summary>Decodes one file in this process, and only what it is sure to read as ffmpeg would.</summary>
internal interface ISoundReader : IDisposable
{
    /// <summary>Samples a second and channel.</summary>
    int SampleRateHz { get; }

    /// <summary>Samples beside each other: one or two.</summary>
    int Channels { get; }

    /// <summary>How long the file says that it is; null where it doesn't say.</summary>
    TimeSpan? Length { get; }

    /// <summary>Decodes the next block.</summary>
    /// <returns>Interleaved samples, full scale [-1, 1), of the receiver's own; null at the end.</returns>
    /// <exception cref="InvalidDataException">The file is damaged, or has what is left to ffmpeg.</exception>
    float[]? Read();
}
