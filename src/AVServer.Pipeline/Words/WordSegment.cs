using AVServer.Detection;
using AVServer.Runtime;

namespace AVServer.Pipeline;

/// <summary>
/// The samples around a candidate that recognisers hear: with what is said before and behind it, and in it a tighter cut, in which less of
/// that has to be taken for the word's own sound.
/// </summary>
/// <param name="First">The first sample, which may lie before 0, where there is silence.</param>
/// <param name="Count">How many; at least as many as the recogniser needs, and at most <see cref="MaxSeconds"/>.</param>
/// <param name="Tight">The tighter cut among these samples; likewise.</param>
internal readonly record struct WordSegment(long First, int Count, Range Tight)
{
    /// <summary>Longest segment; of a longer one its end.</summary>
    public const double MaxSeconds = 4;

    private const double SecondsBefore = 0.15;
    private const double SecondsAfter = 0.3;
    private const double TightSecondsBefore = 0.07;
    private const double TightSecondsAfter = 0.18;

    /// <summary>The segment of a candidate.</summary>
    /// <param name="span">Where the word lies.</param>
    /// <param name="availableSamples">Samples that there are, at 16 kHz.</param>
    public static WordSegment Around(WordSpan span, long availableSamples)
    {
        var (first, end) = Cut(span, SecondsBefore, SecondsAfter, availableSamples);
        var (tightFirst, tightEnd) = Cut(span, TightSecondsBefore, TightSecondsAfter, availableSamples);
        return new(first, (int)(end - first), (int)Math.Max(0, tightFirst - first)..(int)(tightEnd - first));
    }

    /// <summary>The segment's samples out of a sound that is there whole.</summary>
    /// <param name="samples">The sound, 16 kHz.</param>
    public float[] Extract(ReadOnlySpan<float> samples)
    {
        var sound = new float[Count];
        var silent = (int)Math.Max(0, -First);
        samples.Slice((int)(First + silent), Count - silent).CopyTo(sound.AsSpan(silent));
        return sound;
    }

    private static (long First, long End) Cut(WordSpan span, double before, double after, long availableSamples)
    {
        var end = Math.Min(availableSamples, SampleAt(span.End + after));
        var first = Math.Max(SampleAt(span.Start - before), end - SampleAt(MaxSeconds));
        return (Math.Min(first, end - SpeechRecogniserModel.MinimumSamples), end);
    }

    private static long SampleAt(double seconds) => (long)Math.Round(seconds * SpeechRecogniserModel.SampleRateHz);
}
