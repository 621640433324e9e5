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
    private readonly Circumplex _circumplex = new(models.Emotion.Labels);
    private readonly IEmotionFeatureExtractor _extractor = models.Encoder is { } encoder
        ? new EncoderFeatureExtractor(encoder, models.Emotion!.Spec.WindowSeconds, models.Speakers)
        : new FrontEndFeatureExtractor(models.FrontEnd!);

    /// <summary>Begins another utterance.</summary>
    public void Begin()
    {
        _aggregator.Begin();
        _extractor.Begin();
    }

    /// <inheritdoc cref="IEmotionFeatureExtractor.ExtractSoFar"/>
    public ValueTask<EmotionInput> ExtractSoFarAsync(SampleRing sound, long first, int count, CancellationToken cancellationToken) =>
        WithSlotAsync(() => _extractor.ExtractSoFar(sound, first, count), cancellationToken);

    /// <inheritdoc cref="IEmotionFeatureExtractor.Prepare"/>
    public async ValueTask PrepareAsync(SampleRing sound, long first, int count, CancellationToken cancellationToken) =>
        await WithSlotAsync<object?>(
            () =>
            {
                _extractor.Prepare(sound, first, count);
                return null;
            },
            cancellationToken);

    /// <inheritdoc cref="IEmotionFeatureExtractor.ExtractWhole"/>
    public ValueTask<EmotionInput> ExtractWholeAsync(SampleRing sound, long first, int count, CancellationToken cancellationToken) =>
        WithSlotAsync(() => _extractor.ExtractWhole(sound, first, count), cancellationToken);

    /// <summary>What speaks against naming an emotion of an utterance; null where nothing does.</summary>
    /// <param name="sound">The stream's last seconds.</param>
    /// <param name="first">Number of the utterance's first sample.</param>
    /// <param name="count">Its samples.</param>
    /// <param name="voice">Mean voice activity, 0 to 1.</param>
    public static SpeechDefect? DefectOf(SampleRing sound, long first, int count, double voice)
    {
        var rented = ArrayPool<float>.Shared.Rent(count);
        try
        {
            var samples = rented.AsSpan(0, count);
            sound.Read(first, samples);
            return JudgeableSpeech.DefectOf(samples, AudioClock.ToTime(count), voice);
        }
        finally
        {
            ArrayPool<float>.Shared.Return(rented);
        }
    }

    /// <summary>Judges an utterance that goes on.</summary>
    /// <param name="heard">What was heard of it.</param>
    /// <param name="defect">What speaks against naming an emotion.</param>
    /// <param name="start">Media time at which it begins.</param>
    /// <param name="now">Media time that has been heard.</param>
    /// <param name="cancellationToken">Ends the wait for a core.</param>
    /// <returns>Null where the sound is too short.</returns>
    public async ValueTask<EmotionEvent?> EstimateAsync(
        EmotionInput heard, SpeechDefect? defect, TimeSpan start, TimeSpan now, CancellationToken cancellationToken)
    {
        if (heard.IsEmpty) return null;
        var posteriors = await RunAsync(heard, cancellationToken);
        return Event(_aggregator.Next(posteriors), defect, start, now, isFinal: false, now, null);
    }

    /// <summary>Judges an utterance that is over.</summary>
    /// <param name="utterance">Which one.</param>
    /// <param name="text">Its words; empty without.</param>
    /// <param name="now">Media time that has been heard.</param>
    /// <param name="cancellationToken">Ends the wait for a core.</param>
    /// <returns>Null where the sound is too short.</returns>
    public async ValueTask<EmotionEvent?> ConcludeAsync(
        FinishedUtterance utterance, string text, TimeSpan now, CancellationToken cancellationToken)
    {
        if (utterance.Heard.IsEmpty) return null;
        var words = Embed(text);
        var posteriors = await RunAsync(utterance.Heard with { Words = words }, cancellationToken);
        return Event(posteriors, utterance.Defect, utterance.Start, utterance.End, isFinal: true, now, words.IsEmpty ? null : text);
    }

    private ReadOnlyMemory<float> Embed(string text)
    {
        if (models.Words is not { } table || text.Length == 0) return default;
        var rows = new float[_model.Spec.MaxWords * table.Dim];
        return rows.AsMemory(0, table.Embed(Tokenizer.Split(text), rows) * table.Dim);
    }

    private ValueTask<float[]> RunAsync(EmotionInput input, CancellationToken cancellationToken) =>
        WithSlotAsync(() => _model.Estimate(input)[0], cancellationToken);

    private async ValueTask<T> WithSlotAsync<T>(Func<T> work, CancellationToken cancellationToken)
    {
        await models.Slots.WaitAsync(cancellationToken);
        try
        {
            return work();
        }
        finally
        {
            models.Slots.Release();
        }
    }

    private EmotionEvent Event(
        ReadOnlySpan<float> posteriors, SpeechDefect? defect, TimeSpan start, TimeSpan end, bool isFinal, TimeSpan now, string? text)
    {
        var byLabel = new Dictionary<string, float>(posteriors.Length);
        for (var i = 0; i < posteriors.Length; i++) byLabel.Add(_model.Labels[i], posteriors[i]);
        var label = defect is null ? _aggregator.Name(posteriors) : null;
        var place = defect is null ? _circumplex.Of(posteriors) : null;
        return new EmotionEvent(
            label ?? EmotionEvent.Unsure, byLabel, start, end, isFinal, models.EmotionReference!, now, text,
            place?.Valence, place?.Arousal, label is null ? ReasonOf(defect) : null);
    }

    private static UnsureReason ReasonOf(SpeechDefect? defect) => defect switch
    {
        SpeechDefect.TooShort => UnsureReason.TooShort,
        SpeechDefect.TooQuiet => UnsureReason.TooQuiet,
        SpeechDefect.Clipped => UnsureReason.Clipped,
        SpeechDefect.NotSpeech => UnsureReason.NotSpeech,
        _ => UnsureReason.Unlikely,
    };
}
