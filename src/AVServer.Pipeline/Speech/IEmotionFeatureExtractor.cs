using AVServer.Runtime;

namespace AVServer.Pipeline;

/// <summary>Makes of one stream's sound what an emotion model takes. One caller at a time.</summary>
internal interface IEmotionFeatureExtractor
{
    /// <summary>Begins another utterance.</summary>
    void Begin();

    /// <summary>Hears an utterance that goes on.</summary>
    /// <param name="sound">The stream's last seconds.</param>
    /// <param name="first">Number of the utterance's first sample.</param>
    /// <param name="count">Samples that there are of it.</param>
    /// <returns>Empty where nothing new can be said yet.</returns>
    EmotionInput ExtractSoFar(SampleRing sound, long first, int count);

    /// <summary>Does ahead what <see cref="ExtractWhole"/> will do if the utterance ends there, and changes nothing else.</summary>
    /// <inheritdoc cref="ExtractSoFar"/>
    void Prepare(SampleRing sound, long first, int count);

    /// <summary>Hears an utterance that is over.</summary>
    /// <returns>Empty where it is too short.</returns>
    /// <inheritdoc cref="ExtractSoFar"/>
    EmotionInput ExtractWhole(SampleRing sound, long first, int count);
}
