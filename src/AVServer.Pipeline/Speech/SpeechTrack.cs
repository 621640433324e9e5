using AVServer.Contracts;
using AVServer.Detection;
using AVServer.Runtime;
using AVServer.Speech;

namespace AVServer.Pipeline;

/// <summary>Follows who speaks on one stream: utterance by utterance, what is said and what it expresses.</summary>
/// <remarks>
/// <code>
///   steps of sound ─▶ voice activity, 32 ms ─▶ UtteranceSegmenter ─▶ each second: EmotionJudge on sound alone
///                                                     │           └▶ recogniser, as the utterance goes on
///                                                     ▼ end
///                          words, waited for a little ────▶ speech ─▶ EmotionJudge on sound and words
/// </code>
/// One stream's own; one caller at a time. Everything follows from media time, but for words that a recogniser of a live stream has too
/// late: then the final estimate goes without them, and they are told when they come.
/// </remarks>
internal sealed class SpeechTrack : IAsyncDisposable
{
    private const int TranscribedAtOnce = 2 * AudioClock.StepSamples;
    // Frames of rest after which the recogniser is asked what it understood: it answers in the time that is left until a pause ends the
    // utterance.
    private const int SettlingPause = 8;
    // Frames of rest after which what is left of the utterance is heard ahead: more than a step before a pause is long enough, mostly
    // before the gate closes, and of the rests that last so long few end nothing.
    private const int PreparingPause = 10;
    private const int Spare = 2 * AudioClock.SampleRateHz;
    // What a step brings with what the step before left.
    private const int FramesAtOnce = (AudioClock.StepSamples / VoiceActivityModel.FrameSamples) + 1;

    private readonly SpeechModels _models;
    private readonly TimeProvider _time;
    private readonly UtteranceOptions _options;
    private readonly UtteranceSegmenter _segmenter;
    private readonly VoiceActivityState _voice = new();
    private readonly float[] _frames = new float[FramesAtOnce * VoiceActivityModel.FrameSamples];
    private readonly float[] _activities = new float[FramesAtOnce];
    private readonly SampleRing _sound;
    private readonly EmotionJudge? _judge;
    private readonly TranscriptionWorker? _transcription;
    private readonly SuppliedTexts? _texts;
    private readonly bool _preparesEnds;
    private readonly List<(FinishedUtterance Utterance, Task<IReadOnlyList<SpokenWord>> Words)> _late = [];
    private (int Track, long Step) _next = (-1, 0);
    private long _base;
    private TimeSpan _origin;
    private Utterance? _utterance;
    private FinishedUtterance? _waiting;

    /// <param name="models">Shared.</param>
    /// <param name="time">Tells how long a recogniser takes.</param>
    /// <param name="beside">Whether the recogniser runs beside the sound, as of a live stream.</param>
    /// <param name="reportsPartial">Whether somebody looks at <see cref="Partial"/>.</param>
    public SpeechTrack(SpeechModels models, TimeProvider time, bool beside, bool reportsPartial)
    {
        (_models, _time, _options, _preparesEnds) = (models, time, models.Utterances, beside);
        _segmenter = new UtteranceSegmenter(_options);
        _sound = new SampleRing((int)(_options.Maximum.TotalSeconds * AudioClock.SampleRateHz) + Spare);
        _judge = models.Emotion is null ? null : new EmotionJudge(models);
        _transcription = models.Recogniser is { } recogniser
            ? new TranscriptionWorker(recogniser.Open(), models.Slots, beside, reportsPartial)
            : null;
        _texts = models.Transcriber == TranscriberKind.Client ? new SuppliedTexts() : null;
    }

    /// <summary>What was understood so far of who is speaking; null where nothing was.</summary>
    public string? Partial => _transcription?.Partial;

    private long Heard => _segmenter.Frame * VoiceActivityModel.FrameSamples;

    /// <summary>Takes the next thing that happens and adds what it brings to light to <paramref name="events"/>.</summary>
    public async ValueTask AcceptAsync(SpeechInput input, List<StreamEvent> events, CancellationToken cancellationToken)
    {
        switch (input)
        {
            case SoundStep sound:
                await AcceptSoundAsync(sound, events, cancellationToken);
                await SettleAsync(TimeOf(Heard), events, cancellationToken);
                break;
            case SilentStep silence:
                await EndSoundAsync(events, cancellationToken);
                await SettleAsync(silence.End, events, cancellationToken);
                break;
            case SuppliedText { Message: var text }:
                events.Add(new SpeechEvent(text.Text, text.Start, text.End));
                _texts!.Add(text);
                await SettleAsync(TimeOf(Heard), events, cancellationToken);
                break;
            default:
                await EndSoundAsync(events, cancellationToken);
                await SettleAsync(TimeSpan.MaxValue, events, cancellationToken);
                break;
        }
    }

    /// <summary>Waits for what the recogniser still has to say. Nothing follows.</summary>
    public async ValueTask CompleteAsync(List<StreamEvent> events, CancellationToken cancellationToken)
    {
        await AcceptAsync(new SoundEnd(), events, cancellationToken);
        foreach (var (utterance, words) in _late) PublishText(utterance, await words.WaitAsync(cancellationToken), events);
        _late.Clear();
    }

    public ValueTask DisposeAsync() => _transcription?.DisposeAsync() ?? ValueTask.CompletedTask;

    private async ValueTask AcceptSoundAsync(SoundStep sound, List<StreamEvent> events, CancellationToken cancellationToken)
    {
        if ((sound.Track, sound.Step) != _next)
        {
            // Sound that jumps is a new beginning; what was heard before the hole says nothing about what follows it.
            await EndSoundAsync(events, cancellationToken);
            (_base, _origin) = (_sound.Count, sound.Start);
            _segmenter.Reset();
            _voice.Reset();
        }
        _next = (sound.Track, sound.Step + 1);
        _sound.Append(sound.Samples);
        var frames = (int)((_sound.Count - _base - Heard) / VoiceActivityModel.FrameSamples);
        _sound.Read(_base + Heard, _frames.AsSpan(0, frames * VoiceActivityModel.FrameSamples));
        _models.VoiceActivity!.Next(
            _voice, _frames.AsSpan(0, frames * VoiceActivityModel.FrameSamples), _activities.AsSpan(0, frames));
        for (var i = 0; i < frames; i++) await StepAsync(_activities[i], events, cancellationToken);
    }

    private async ValueTask StepAsync(float activity, List<StreamEvent> events, CancellationToken cancellationToken)
    {
        var change = _segmenter.Next(activity);
        if (change.Step == UtteranceStep.Began)
        {
            _utterance = new Utterance(change.Start * VoiceActivityModel.FrameSamples, change.Overlaps);
            _judge?.Begin();
        }
        if (_utterance is null) return;
        _utterance.AddActivity(activity);
        if (_segmenter.RestFrames < SettlingPause ? Heard - _utterance.Transcribed >= TranscribedAtOnce
            : _segmenter.RestFrames == SettlingPause) await TranscribeAsync(_utterance, cancellationToken);
        if (change.Step == UtteranceStep.Ended) await EndAsync(change, events, cancellationToken);
        else if (Heard >= _utterance.NextEstimate) await EstimateAsync(_utterance, events, cancellationToken);
        if (_utterance is not null && _preparesEnds) await PrepareAsync(_utterance, cancellationToken);
    }

    // The end is known as far as nobody speaks until then.
    private async ValueTask PrepareAsync(Utterance utterance, CancellationToken cancellationToken)
    {
        if (_judge is null || _segmenter.RestFrames != PreparingPause || _segmenter.RestEnd > _segmenter.Frame) return;
        var end = _segmenter.RestEnd * VoiceActivityModel.FrameSamples;
        await _judge.PrepareAsync(_sound, _base + utterance.Start, (int)(end - utterance.Start), cancellationToken);
    }

    private async ValueTask TranscribeAsync(Utterance utterance, CancellationToken cancellationToken)
    {
        if (_transcription is null || Heard == utterance.Transcribed) return;
        var samples = new float[Heard - utterance.Transcribed];
        _sound.Read(_base + utterance.Transcribed, samples);
        utterance.Transcribed = Heard;
        await _transcription.AcceptAsync(samples, cancellationToken);
        if (_segmenter.RestFrames >= SettlingPause) await _transcription.SettleAsync(cancellationToken);
    }

    private async ValueTask EstimateAsync(Utterance utterance, List<StreamEvent> events, CancellationToken cancellationToken)
    {
        utterance.NextEstimate += AudioClock.SampleRateHz;
        if (_judge is null) return;
        var heard = await _judge.ExtractSoFarAsync(_sound, _base + utterance.Start, (int)(Heard - utterance.Start), cancellationToken);
        if (heard.IsEmpty) return;
        var defect = EmotionJudge.DefectOf(_sound, _base + utterance.Start, (int)(Heard - utterance.Start), utterance.Voice);
        if (await _judge.EstimateAsync(heard, defect, TimeOf(utterance.Start), TimeOf(Heard), cancellationToken) is { } estimate)
            events.Add(estimate);
    }

    // The gate closed, or the sound ends: so does the utterance.
    private async ValueTask EndSoundAsync(List<StreamEvent> events, CancellationToken cancellationToken)
    {
        var change = _segmenter.Finish();
        if (change.Step == UtteranceStep.Ended) await EndAsync(change, events, cancellationToken);
        _next = (-1, 0);
    }

    private async ValueTask EndAsync(UtteranceChange change, List<StreamEvent> events, CancellationToken cancellationToken)
    {
        var utterance = _utterance!;
        _utterance = null;
        if (_waiting is not null) await ConcludeAsync(events, cancellationToken);
        var end = change.End * VoiceActivityModel.FrameSamples;
        var seam = _options.Overlap / 2;
        _waiting = new FinishedUtterance(
            TimeOf(utterance.Start),
            TimeOf(end),
            TimeOf(Heard),
            utterance.Overlaps ? TimeOf(utterance.Start) + seam : TimeSpan.MinValue,
            change.GoesOn ? TimeOf(end) - seam : TimeSpan.MaxValue,
            _judge is null ? default
                : await _judge.ExtractWholeAsync(_sound, _base + utterance.Start, (int)(end - utterance.Start), cancellationToken),
            _judge is null ? null : EmotionJudge.DefectOf(_sound, _base + utterance.Start, (int)(end - utterance.Start), utterance.Voice));
        if (_texts is not null) return; // SettleAsync waits for the client's words
        if (_transcription is not null)
        {
            if (_segmenter.RestFrames < SettlingPause) await TranscribeAsync(utterance, cancellationToken);
            await AwaitTextAsync(_waiting, await _transcription.FinishAsync(cancellationToken), events, cancellationToken);
        }
        else
        {
            await ConcludeAsync(events, cancellationToken);
        }
    }

    private async ValueTask AwaitTextAsync(
        FinishedUtterance utterance, Task<IReadOnlyList<SpokenWord>> words, List<StreamEvent> events, CancellationToken cancellationToken)
    {
        var text = "";
        try
        {
            var known = await words.WaitAsync(_models.TextTimeout, _time, cancellationToken);
            PublishText(utterance, known, events);
            text = Join(known);
        }
        catch (TimeoutException)
        {
            _late.Add((utterance, words));
        }
        await ConcludeAsync(events, cancellationToken, text);
    }

    /// <summary>Does what was waited for: a client's words, or a recogniser's that came too late for the estimate.</summary>
    private async ValueTask SettleAsync(TimeSpan now, List<StreamEvent> events, CancellationToken cancellationToken)
    {
        while (_late.Count > 0 && _late[0].Words.IsCompleted)
        {
            PublishText(_late[0].Utterance, await _late[0].Words, events);
            _late.RemoveAt(0);
        }
        if (_waiting is not null && (_texts!.Reach(_waiting) || now >= _waiting.EndedAt + _models.TextTimeout))
            await ConcludeAsync(events, cancellationToken, _texts.Within(_waiting));
    }

    private async ValueTask ConcludeAsync(List<StreamEvent> events, CancellationToken cancellationToken, string? text = null)
    {
        var utterance = _waiting!;
        _waiting = null;
        text ??= _texts?.Within(utterance) ?? "";
        if (_judge is not null && await _judge.ConcludeAsync(utterance, text, utterance.EndedAt, cancellationToken) is { } estimate)
            events.Add(estimate);
    }

    private void PublishText(FinishedUtterance utterance, IReadOnlyList<SpokenWord> words, List<StreamEvent> events)
    {
        SpokenWord[] own = [.. utterance.Own(words)];
        if (own.Length == 0) return;
        TimedWord[] timed =
            [.. own.Select(word => new TimedWord(word.Word, utterance.Start + word.Start, utterance.Start + word.End, word.Confidence))];
        events.Add(new SpeechEvent(Join(own), utterance.Start, utterance.End, timed, _models.RecogniserReference));
    }

    private TimeSpan TimeOf(long sample) => _origin + AudioClock.ToTime(sample);

    private static string Join(IEnumerable<SpokenWord> words) => string.Join(' ', words.Select(word => word.Word));
}
