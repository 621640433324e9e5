using AVServer.Contracts;
using AVServer.Signal;

namespace AVServer.Pipeline;

/// <summary>The sound of one stream: samples of any rate in, listeners moved on step by step, events out.</summary>
/// <remarks>
/// One stream's own; one caller at a time. The gate decides for each step whether the listeners hear it; when it opens they
/// first hear the steps just before, so that the word's beginning isn't lost.
/// </remarks>
internal sealed class AudioTrack
{
    /// <summary>Steps from before the gate opened that the listeners still hear.</summary>
    public const int PreRollSteps = 6;

    /// <summary>Steps of silence appended when the sound ends: a word that ends with the recording is still heard out.</summary>
    private const int FlushSteps = 6;

    private readonly TimeSpan _origin;
    private readonly Resampler? _resampler;
    private readonly int _resamplerChunk;
    private readonly float[] _resampled;
    private readonly OnlineFbank _fbank;
    private readonly int _mels;
    private readonly EnergyGate? _gate;
    private readonly SampleRing _ring;
    // A step's, those before it that are heard once the gate opens, and the next one's while it is still being read.
    private readonly float[][] _features = new float[PreRollSteps + 2][];
    private readonly bool[] _passes = new bool[PreRollSteps + 2];
    private readonly IReadOnlyList<KeywordListener> _listeners;
    private readonly List<KeywordDetection> _detections = [];
    private readonly IStepObserver? _observer;
    private readonly AudioVisualRun? _audioVisual;
    private readonly IReadOnlySet<string> _sharedKeywords;
    private readonly List<HeardWord> _heard = [];
    private readonly SpeechRun? _speech;
    private readonly WordListener? _words;
    private readonly ToldWords _told = new();
    private readonly int _number;
    private long _step;
    private long _nextUnheard;
    private long _nextSpoken;
    private bool _open;
    private TimeSpan? _soundEnd;

    /// <param name="origin">Media time of the first sample.</param>
    /// <param name="sampleRateHz">Rate of the samples that will be accepted.</param>
    /// <param name="fbank">Shared front end of the listeners' models.</param>
    /// <param name="gated">Whether silence is skipped.</param>
    /// <param name="listeners">This stream's own, in the order in which they report.</param>
    /// <param name="observer">Sees every step; null where nobody looks.</param>
    /// <param name="audioVisual">Takes every step to bring it together with the pictures; null where there is no need.</param>
    /// <param name="sharedKeywords">Keywords whose words go that way too: an audio-visual model knows them as well.</param>
    /// <param name="speech">Takes every step that is heard, to follow who speaks; null where there is no need.</param>
    /// <param name="words">Hears typed words; null where there are none.</param>
    /// <param name="number">Number of this track within its stream.</param>
    public AudioTrack(
        TimeSpan origin, int sampleRateHz, FbankComputer fbank, bool gated, IReadOnlyList<KeywordListener> listeners,
        IStepObserver? observer,
        AudioVisualRun? audioVisual, IReadOnlySet<string> sharedKeywords, SpeechRun? speech, WordListener? words, int number)
    {
        _origin = origin;
        _resampler = sampleRateHz == AudioClock.SampleRateHz ? null : new Resampler(sampleRateHz, AudioClock.SampleRateHz);
        _resamplerChunk = sampleRateHz / 10;
        _resampled = new float[_resampler?.MaxOutput(_resamplerChunk) ?? 0];
        _fbank = new OnlineFbank(fbank, 2 * AudioClock.StepSamples);
        _mels = fbank.Dim;
        _gate = gated ? new EnergyGate(fbank.Options) : null;
        var longest = listeners.Select(listener => listener.HistorySamples).Append(words is null ? 0 : WordListener.HistorySamples).Max();
        _ring = new SampleRing(longest + ((4 + PreRollSteps) * AudioClock.StepSamples));
        for (var i = 0; i < _features.Length; i++) _features[i] = new float[AudioClock.StepFrames * _mels];
        _listeners = listeners;
        (_observer, _audioVisual, _sharedKeywords, _speech, _words, _number) =
            (observer, audioVisual, sharedKeywords, speech, words, number);
    }

    /// <summary>Media time up to which sound was accepted.</summary>
    public TimeSpan End => _origin + AudioClock.ToTime(_ring.Count);

    /// <summary>Takes the next samples in [-1, 1) and adds what they bring to light to <paramref name="events"/>.</summary>
    public async ValueTask AcceptAsync(ReadOnlyMemory<float> samples, List<StreamEvent> events, CancellationToken cancellationToken)
    {
        if (_resampler is null)
        {
            await AcceptResampledAsync(samples, events, cancellationToken);
            return;
        }
        while (!samples.IsEmpty)
        {
            var part = samples[..Math.Min(samples.Length, _resamplerChunk)];
            samples = samples[part.Length..];
            var produced = _resampler.Convert(part.Span, _resampled);
            await AcceptResampledAsync(_resampled.AsMemory(0, produced), events, cancellationToken);
        }
    }

    /// <summary>Ends the sound.</summary>
    /// <param name="soundEnd">Media time of its end; what follows it here is silence that was added.</param>
    /// <param name="events">Receives what comes to light.</param>
    /// <param name="cancellationToken">Ends waiting inside.</param>
    public async ValueTask CompleteAsync(TimeSpan soundEnd, List<StreamEvent> events, CancellationToken cancellationToken)
    {
        _soundEnd = soundEnd;
        if (_resampler is not null)
            await AcceptResampledAsync(_resampled.AsMemory(0, _resampler.Finish(_resampled)), events, cancellationToken);
        var silence = new float[AudioClock.StepSamples];
        for (var i = 0; i < FlushSteps; i++) await AcceptResampledAsync(silence, events, cancellationToken);
        if (_words is not null) await _words.CompleteAsync(_ring, _detections, cancellationToken);
        Publish(events);
        if (_heard.Count > 0) await HandOnAsync(_step - 1, [], events, cancellationToken);
    }

    private async ValueTask AcceptResampledAsync(
        ReadOnlyMemory<float> samples, List<StreamEvent> events, CancellationToken cancellationToken)
    {
        while (!samples.IsEmpty)
        {
            var part = samples[..Math.Min(samples.Length, AudioClock.StepSamples)];
            samples = samples[part.Length..];
            _ring.Append(part.Span);
            _observer?.AcceptSamples(part.Span);
            _fbank.AcceptSamples(part.Span);
            ReadFrames();
            await SpeakAheadAsync(events, cancellationToken);
            while (_fbank.NextFrame >= (_step + 1) * AudioClock.StepFrames)
            {
                await StepAsync(events, cancellationToken);
                await SpeakAheadAsync(events, cancellationToken);
            }
        }
    }

    private async ValueTask StepAsync(List<StreamEvent> events, CancellationToken cancellationToken)
    {
        var features = _features[_step % _features.Length];
        var heard = _passes[_step % _passes.Length];
        if (heard && !_open)
        {
            foreach (var listener in _listeners) listener.Wake();
            for (var step = Math.Max(_nextUnheard, _step - PreRollSteps); step < _step; step++)
                await ListenAsync(step, events, cancellationToken);
        }
        _open = heard;
        if (_open) await ListenAsync(_step, events, cancellationToken);
        else await SkipAsync(events, cancellationToken);
        var end = _origin + AudioClock.EndOf(_step);
        _observer?.OnStep(end, _open, _listeners, events);
        await HandOnAsync(_step, features, events, cancellationToken);
        if (!_open && _speech is not null) await _speech.AcceptSilenceAsync(end, events, cancellationToken);
        _step++;
    }

    private async ValueTask HandOnAsync(long step, float[] features, List<StreamEvent> events, CancellationToken cancellationToken)
    {
        if (_audioVisual is null) return;
        var handed = new FeatureStep(
            _number, step, _origin, _origin + AudioClock.EndOf(step), _origin + AudioClock.HeardAt(step), _open, [.. features],
            [.. _heard], _soundEnd);
        _heard.Clear();
        await _audioVisual.AcceptStepAsync(handed, events, cancellationToken);
    }

    private async ValueTask ListenAsync(long step, List<StreamEvent> events, CancellationToken cancellationToken)
    {
        _nextUnheard = step + 1;
        foreach (var listener in _listeners)
            await listener.ListenAsync(step, _features[step % _features.Length], _ring, _detections, cancellationToken);
        if (_words is not null) await _words.ListenAsync(step, _ring, _detections, cancellationToken);
        Publish(events);
        if (_speech is not null && step >= _nextSpoken) await SpeakAsync(_speech, step, events, cancellationToken);
    }

    // A step's last frames reach into the next step, which of a sender in chunks comes a whole chunk later. Where those before them keep
    // the gate open, and the step before was spoken, the step will be heard whatever follows: a live stream's speech needn't wait. What
    // is flushed at the end may be no whole step.
    private async ValueTask SpeakAheadAsync(List<StreamEvent> events, CancellationToken cancellationToken)
    {
        var step = _fbank.NextFrame / AudioClock.StepFrames;
        if (_speech is { IsBeside: true } && _soundEnd is null && _nextSpoken == step && _passes[step % _passes.Length]
            && _fbank.NextFrame % AudioClock.StepFrames > 0 && _ring.Count >= (step + 1) * AudioClock.StepSamples)
            await SpeakAsync(_speech, step, events, cancellationToken);
    }

    private async ValueTask SpeakAsync(SpeechRun speech, long step, List<StreamEvent> events, CancellationToken cancellationToken)
    {
        _nextSpoken = step + 1;
        var sound = new float[AudioClock.StepSamples];
        _ring.Read(step * AudioClock.StepSamples, sound);
        await speech.AcceptSoundAsync(
            new SoundStep(_number, step, _origin + AudioClock.ToTime(step * AudioClock.StepSamples), sound), events, cancellationToken);
    }

    private async ValueTask SkipAsync(List<StreamEvent> events, CancellationToken cancellationToken)
    {
        foreach (var listener in _listeners) listener.Sleep();
        if (_words is null) return;
        await _words.ListenBehindGateAsync(_step, _nextUnheard - 1, _ring, _detections, cancellationToken);
        Publish(events);
    }

    // A word that two kinds of models know is told once.
    private void Publish(List<StreamEvent> events)
    {
        foreach (var detection in _detections)
        {
            var word = detection.ToEvent(_origin);
            var isUndecided = _words?.IsUndecided(word.Keyword) == true;
            if (!isUndecided && !_told.IsNew(word)) continue;
            if (isUndecided || _sharedKeywords.Contains(word.Keyword)) _heard.Add(new HeardWord(detection, null));
            else events.Add(word);
        }
        _detections.Clear();
        if (_words is null) return;
        _heard.AddRange(_words.Undecided.Select(candidate => new HeardWord(null, candidate)));
        _words.Undecided.Clear();
    }

    private void ReadFrames()
    {
        while (_fbank.NextFrame < _fbank.FramesReady)
        {
            var (step, frame) = Math.DivRem(_fbank.NextFrame, AudioClock.StepFrames);
            var features = _features[step % _features.Length].AsSpan((int)frame * _mels, _mels);
            ref var passes = ref _passes[step % _passes.Length];
            if (frame == 0) passes = _gate is null;
            _fbank.TryRead(features);
            if (_gate is not null) passes |= _gate.Next(features);
        }
    }
}
