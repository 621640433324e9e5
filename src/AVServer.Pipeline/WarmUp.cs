using AVServer.Contracts;
using AVServer.Media;
using AVServer.Signal;

namespace AVServer.Pipeline;

/// <summary>
/// The way of a stream, gone before there is one. The runtime compiles what runs often a second time, and that twice; models take their
/// memory at the first batch of a size: together a second or two of a core, in which the first crowd would wait.
/// </summary>
/// <param name="plan">What listens.</param>
/// <param name="fbank">The listeners' front end.</param>
internal sealed class WarmUp(RunPlan plan, FbankComputer fbank)
{
    private const int Streams = 4;
    private const int Steps = 20;
    private const float Loudness = 0.1f;   // loud enough to pass the gate

    /// <summary>Runs all of it.</summary>
    public Task RunAsync(CancellationToken cancellationToken)
    {
        // Everything is a candidate, so that what judges candidates runs too.
        var judged = plan with { Models = plan.Models with { Spoken = [.. plan.Models.Spoken.Select(AllCandidates)] } };
        var streams = Enumerable.Range(1, Streams);
        return Task.WhenAll(streams.Select(seed => Task.Run(() => RunStreamAsync(judged, seed, cancellationToken), cancellationToken)));
    }

    private static KeywordModel AllCandidates(KeywordModel model) =>
        model with { Words = [.. model.Words.Select(word => word with { FirstThreshold = float.NegativeInfinity })] };

    private async Task RunStreamAsync(RunPlan judged, int seed, CancellationToken cancellationToken)
    {
        await using var run = new StreamRun(judged, fbank, observer: null);
        var (noise, events) = (new Random(seed), new List<StreamEvent>());
        for (var step = 0; step < Steps; step++)
        {
            var samples = new float[AudioClock.StepSamples];
            foreach (ref var sample in samples.AsSpan()) sample = Loudness * ((2 * noise.NextSingle()) - 1);
            await run.AcceptAsync(new AudioBlock((long)step * samples.Length, AudioClock.SampleRateHz, samples), events, cancellationToken);
            events.Clear();
        }
        await run.CompleteAsync(events, cancellationToken);
    }
}
