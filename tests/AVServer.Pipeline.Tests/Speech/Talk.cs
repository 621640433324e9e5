using AVServer.Contracts;
using AVServer.TestKit;

namespace AVServer.Pipeline.Tests.Speech;

/// <summary>Made-up talk for tests, and what its events are compared by.</summary>
internal static class Talk
{
    public const int Rate = 16_000;

    /// <summary>Speech in silence with faint noise.</summary>
    /// <param name="seed">The same seed gives the same samples.</param>
    /// <param name="seconds">Length of all.</param>
    /// <param name="spoken">Start and length of each stretch of speech, seconds.</param>
    public static float[] Create(int seed, double seconds, params (double Start, double Length)[] spoken)
    {
        var random = new Random(seed);
        // Whole sixteen-bit steps: a file is decoded to those, whatever it holds.
        var samples = new float[(int)(seconds * Rate)];
        for (var i = 0; i < samples.Length; i++) samples[i] = random.Next(-8, 9) / 32768f;
        foreach (var (start, length) in spoken)
        {
            var speech = SyntheticSpeech.Create(seed, TimeSpan.FromSeconds(length));
            for (var i = 0; i < speech.Length; i++) samples[(int)(start * Rate) + i] += MathF.Round(speech[i] * 32768) / 32768;
        }
        return samples;
    }

    /// <summary>What must be equal of the events of two runs, whatever the chunks were.</summary>
    public static IEnumerable<string> Identity(IEnumerable<StreamEvent> events) => events.Select(happened => happened switch
    {
        EmotionEvent e =>
            $"emotion {e.Label} {e.Start.TotalSeconds:F3}-{e.End.TotalSeconds:F3} {e.Final} at {e.EstimatedAt.TotalSeconds:F3} '{e.Text}' "
            + $"{string.Join(' ', e.Posteriors.Select(p => $"{p.Key} {p.Value:F5}"))}",
        SpeechEvent e =>
            $"speech {e.Start.TotalSeconds:F3}-{e.End.TotalSeconds:F3} '{e.Text}' "
            + $"{string.Join(' ', (e.Words ?? []).Select(word => $"{word.Start.TotalSeconds:F3}"))}",
        _ => "",
    }).Where(text => text.Length > 0);
}
