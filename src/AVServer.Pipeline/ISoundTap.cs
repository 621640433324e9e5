namespace AVServer.Pipeline;

/// <summary>Hears a live stream's sound as it was decoded, beside what listens for words.</summary>
public interface ISoundTap
{
    /// <summary>Hears the next samples, before any event that they bring about.</summary>
    /// <param name="start">Media time of the first sample.</param>
    /// <param name="sampleRateHz">The same for all samples of a stream.</param>
    /// <param name="samples">Mono in [-1, 1]; not the tap's to keep.</param>
    void AcceptSamples(TimeSpan start, int sampleRateHz, ReadOnlySpan<float> samples);
}
