using System.Buffers;
using AVServer.Contracts;
using AVServer.Detection;
using AVServer.Runtime;
using AVServer.Speech;

namespace AVServer.Pipeline;

/// <summary>Makes one stream's emotion events of sound and words. One caller at a time.</summary>
internal sealed class EmotionJudge(SpeechModels models)
{
    private readonly EmotionModel _model = models.Emotion!;
    private readonly EmotionAggregator _aggregator = new(models.Emotion!.Labels, models.Emotion.Spec.MinimumConfidence);

    /// <summary>Begins another utterance.</summary>
    public void Begin() => _aggregator.Begin();

    /// <summary>What the model's front end makes of sound; without words, and without features where no frame fits.</summary>
    /// <param name="sound">The stream's last seconds.</param>
    /// <param name="first">Number of the first sample.</param>
    /// <param name="count">Samples.</param>
    public EmotionInput Hear(SampleRing sound, long first, int count)
    {
        var rented = ArrayPool<float>.Shared.Rent(count);
        try
        {
            var samples = rented.AsSpan(0, count);
            sound.Read(first, samples);
            var frontEnd = models.FrontEnd!;
            var features = new float[frontEnd.FrameCount(count) * frontEnd.Dim];
            frontEnd.Compute(samples, features);
            var descriptors = new float[frontEnd.DescriptorDim];
            frontEnd.Describe(samples, descriptors);
            return new EmotionInput(features, default, descriptors);
        }
        finally
        {
            ArrayPool<float>.Shared.Return(rented);
        }
    }

    /// <summary>Judges an utterance that goes on.</summary>
    /// <returns>Null where the sound is too short.</returns>
    public async ValueTask<EmotionEvent?> EstimateAsync(EmotionInput heard, TimeSpan start, TimeSpan now, CancellationToken cancellationToken)
    {
        if (heard.Features.IsEmpty) return null;
        var posteriors = await RunAsync(heard, cancellationToken);
        return Event(_aggregator.Next(posteriors), start, now, isFinal: false, now, null);
    }

    /// <summary>Judges an utterance that is over.</summary>
    /// <param name="utterance">Which one.</param>
    /// <param name="text">Its words; empty without.</param>
    /// <param name="now">Media time that has been heard.</param>
    /// <param name="cancellationToken">Ends the wait for a core.</param>
    /// <returns>Null where the sound is too short.</returns>
    public async ValueTask<EmotionEvent?> ConcludeAsync(FinishedUtterance utterance, string text, TimeSpan now, CancellationToken cancellationToken)
    {
        if (utterance.Heard.Features.IsEmpty) return null;
        var words = Embed(text);
        var posteriors = await RunAsync(utterance.Heard with { Words = words }, cancellationToken);
        return Event(posteriors, utterance.Start, utterance.End, isFinal: true, now, words.IsEmpty ? null : text);
    }

    private ReadOnlyMemory<float> Embed(string text)
    {
        if (models.Words is not { } table || text.Length == 0) return default;
        var rows = new float[_model.Spec.MaxWords * table.Dim];
        return rows.AsMemory(0, table.Embed(Tokenizer.Split(text), rows) * table.Dim);
    }

    private async ValueTask<float[]> RunAsync(EmotionInput input, CancellationToken cancellationToken)
    {
        await models.Slots.WaitAsync(cancellationToken);
        try
        {
            return _model.Estimate(input)[0];
        }
        finally
        {
            models.Slots.Release();
        }
    }

    private EmotionEvent Event(ReadOnlySpan<float> posteriors, TimeSpan start, TimeSpan end, bool isFinal, TimeSpan now, string? text)
    {
        var byLabel = new Dictionary<string, float>(posteriors.Length);
        for (var i = 0; i < posteriors.Length; i++) byLabel.Add(_model.Labels[i], posteriors[i]);
        return new EmotionEvent(_aggregator.Name(posteriors) ?? EmotionEvent.Unsure, byLabel, start, end, isFinal, models.EmotionReference!, now, text);
    }
}
