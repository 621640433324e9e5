using System.Diagnostics;
using AVServer.Evaluation;
using AVServer.Lab.Export;
using AVServer.Lab.Scoring;
using AVServer.Runtime;
using AVServer.Signal;
using Microsoft.ML.OnnxRuntime;
using static TorchSharp.torch;

namespace AVServer.Lab.Zoo;

/// <summary>Measures a row of the zoo by its graph in the runtime, as it would be served.</summary>
internal sealed class ZooScorer : IDisposable
{
    private const int Mels = ZooRecipe.Mels;
    private const int StepFrames = 8;
    private const int HopFrames = 16;
    private const int PieceFrames = 1600;
    private const int MostWindows = 64;
    private const int TimedSteps = 200;

    // A network that is sure of everything has posteriors of 1 for the keyword and for what sounds like it: they are compared by their
    // log-odds, a quarter of them, so that what is surer stays above.
    private const float Softening = 4;

    private static readonly double[] Thresholds = [.. Enumerable.Range(0, 481).Select(i => 1 / (1 + Math.Exp(12 - (i * 0.05))))];

    private readonly InferenceSession _session;
    private readonly FbankComputer _computer = new(new FbankOptions { Mels = Mels });
    private readonly bool _streams;
    private readonly int _words;

    /// <param name="graph">The exported network.</param>
    /// <param name="wordLabels">Its labels that are words or none; sounds behind them aren't measured against them.</param>
    internal ZooScorer(ExportedModel graph, int wordLabels)
    {
        _words = wordLabels;
        _session = SessionFactory.Open(graph.Graph);
        _streams = graph.Streaming is not null;
    }

    public void Dispose() => _session.Dispose();

    /// <summary>Measures everything.</summary>
    internal ZooResult Measure(ZooRecipe recipe, int steps, ZooWindows test, EvaluationSet set)
    {
        var filler = set.Filler().Where(stream => stream.Set == recipe.HeldOut)
            .Select(stream => new FillerStream(KeywordScores(Compute(stream.Samples)), (_streams ? StepFrames : HopFrames) * 0.01))
            .ToList();
        double[] Misses(double? snr)
        {
            var scores = Enumerable.Range(0, set.Keywords.Count)
                .Select(index => KeywordScores(Compute(set.Keyword(index, snr))).DefaultIfEmpty().Max()).ToList();
            var curve = DetCurve.Measure(scores, filler, Thresholds).WithSmoothTail();
            return [.. ZooResult.Rates.Select(rate => curve.At(rate)?.Frr ?? 1)];
        }

        var windows = test.Labels.Count(label => label < _words);
        return new ZooResult(
            recipe.Minutes, steps, Accuracy(test, 0.._words), windows, Misses(null), Misses(0), set.Keywords.Count,
            filler.Sum(stream => stream.Hours), MicrosecondsAStep(),
            SoundAccuracy: test.Labels.Any(label => label >= _words) ? Accuracy(test, _words..recipe.Window.Labels) : null);
    }

    /// <summary>The keyword's score along a recording, 0 to 1: each 80 ms of a stream, of windows each 160 ms.</summary>
    internal float[] KeywordScores(float[] fbank)
    {
        using var scope = NewDisposeScope();
        return _streams ? AlongStream(fbank) : OfWindows(fbank);
    }

    private float[] Compute(float[] samples) => Fbank.Compute(samples, _computer);

    private float[] AlongStream(float[] fbank)
    {
        var frames = fbank.Length / Mels / StepFrames * StepFrames;
        var (cache, scores) = (ParityCheck.Cache(_session, 1), new List<float>());
        for (var start = 0; start < frames; start += PieceFrames)
        {
            var count = Math.Min(PieceFrames, frames - start);
            var outputs = ParityCheck.Run(_session, Frames(fbank, start, count), cache);
            cache = outputs[1];
            var perStep = (int)outputs[0].size(1) * StepFrames / count;
            var posteriors = outputs[0].select(2, 0).reshape(-1, perStep).amax([1]);
            scores.AddRange(Soften(posteriors, 1 - posteriors));
        }

        return [.. scores];
    }

    private float[] OfWindows(float[] fbank)
    {
        var count = Math.Max(0, ((fbank.Length / Mels) - ZooRecipe.Frames + HopFrames) / HopFrames);
        var scores = new List<float>();
        for (var first = 0; first < count; first += MostWindows)
        {
            Tensor[] windows = [.. Enumerable.Range(first, Math.Min(MostWindows, count - first))
                .Select(window => Frames(fbank, window * HopFrames, ZooRecipe.Frames))];
            using var batch = cat(windows, 0);
            // The others are added up instead of taken from 1, which a float can't tell from a posterior near it.
            var posteriors = ParityCheck.Run(_session, batch)[0];
            var others = posteriors.narrow(1, 2, _words - 2).sum(1) + posteriors.select(1, 0);
            scores.AddRange(Soften(posteriors.select(1, 1), others));
            foreach (var window in windows) window.Dispose();
        }

        return [.. scores];
    }

    /// <summary>
    /// Share of the windows of some labels in which the likeliest of these is right. Of a stream no word is what no word is surer than even
    /// of.
    /// </summary>
    private double Accuracy(ZooWindows test, Range labels)
    {
        var (first, right, all) = (labels.Start.Value, 0, 0);
        for (var i = 0; i < test.Labels.Length; i++)
        {
            if (test.Labels[i] < first || test.Labels[i] >= labels.End.Value) continue;
            using var scope = NewDisposeScope();
            var frames = Frames(ZooWindows.Middle(test.Fbank[i]), 0, ZooRecipe.Frames);
            var posteriors = _streams
                ? cat([full([1], 0.5f), ParityCheck.Run(_session, frames, ParityCheck.Cache(_session, 1))[0].amax([0, 1])])
                : ParityCheck.Run(_session, frames)[0].flatten();
            all++;
            if (first + posteriors.narrow(0, first, labels.End.Value - first).argmax().item<long>() == test.Labels[i]) right++;
        }

        return right / (double)all;
    }

    private static float[] Soften(Tensor posteriors, Tensor others)
    {
        const double least = 1e-30;
        var odds = (posteriors.clamp_min(least) / others.clamp_min(least)).log();
        return (odds / Softening).sigmoid().contiguous().data<float>().ToArray();
    }

    private double MicrosecondsAStep()
    {
        using var scope = NewDisposeScope();
        var frames = zeros(1, _streams ? StepFrames : ZooRecipe.Frames, Mels);
        Tensor[] inputs = _streams ? [frames, ParityCheck.Cache(_session, 1)] : [frames];
        var fastest = TimeSpan.MaxValue;
        for (var step = 0; step < TimedSteps; step++)
        {
            var start = Stopwatch.GetTimestamp();
            foreach (var output in ParityCheck.Run(_session, inputs)) output.Dispose();
            var took = Stopwatch.GetElapsedTime(start);
            if (took < fastest) fastest = took;
        }

        return fastest.TotalMicroseconds;
    }

    private static Tensor Frames(float[] fbank, int start, int count) =>
        tensor(fbank.AsSpan(start * Mels, count * Mels).ToArray(), [1, count, Mels]);
}
