using AVServer.Contracts;

namespace AVServer.Pipeline;

/// <summary>Looks at a track as it moves: displays and score reports do, decisions don't depend on it.</summary>
internal interface IStepObserver
{
    /// <summary>Sees samples at <see cref="AudioClock.SampleRateHz"/>, in order.</summary>
    void AcceptSamples(ReadOnlySpan<float> samples);

    /// <summary>Sees the listeners after each step, heard or slept through.</summary>
    /// <param name="time">Media time at the step's end.</param>
    /// <param name="gateOpen">Whether the step was heard.</param>
    /// <param name="listeners">All of the track's.</param>
    /// <param name="events">Receives what the observer wants to say.</param>
    void OnStep(TimeSpan time, bool gateOpen, IReadOnlyList<KeywordListener> listeners, List<StreamEvent> events);

    /// <summary>Sees the score of a candidate of a typed word in the step that is on its way, or behind the last one.</summary>
    /// <param name="keyword">The word.</param>
    /// <param name="model">The model that judged it.</param>
    /// <param name="score">What is compared with the threshold.</param>
    void OnCandidateJudged(string keyword, string model, float score);

    /// <summary>
    /// Sees the scores of a window that an audio-visual model judged; of a live stream from another thread than the steps.
    /// </summary>
    /// <param name="model">Which one.</param>
    /// <param name="step">Number of the step that the window ends with.</param>
    /// <param name="scores">By modality, as in <see cref="WakeWordEvent.Scores"/>; not changed any more.</param>
    void OnWindowJudged(AudioVisualKeyword model, long step, IReadOnlyDictionary<string, float> scores);
}
