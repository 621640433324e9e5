namespace AVServer.Pipeline;

/// <summary>How far the pictures of the one who speaks lie beside the sound; starts afresh when another speaks.</summary>
/// <remarks>One stream's own.</remarks>
internal sealed class SpeakerSkew
{
    private readonly SkewEstimator _estimator = new();
    private int? _speaker;

    /// <summary>Slots by which the pictures come late; negative: early; 0 until it is sure.</summary>
    public long Slots => _estimator.Skew;

    /// <summary>The same as time; null until it is sure, also that there is none worth correcting.</summary>
    public TimeSpan? Delay => _estimator.IsSure ? VideoGrid.TimeOf(Slots) : null;

    /// <summary>Compares the slots of a step with its sound.</summary>
    /// <param name="step">The step.</param>
    /// <param name="end">Slot after its last.</param>
    /// <param name="video">Has seen these slots.</param>
    public void Compare(in FeatureStep step, long end, VideoTrack video)
    {
        if (video.SpeakerId != _speaker)
        {
            _speaker = video.SpeakerId;
            _estimator.Restart();
        }
        if (video.Speaker is not { } face) return;
        var half = step.Features.Length / VideoGrid.SlotsPerStep;
        var mels = step.Features.Length / AudioClock.StepFrames;
        for (var i = 0; i < VideoGrid.SlotsPerStep; i++)
        {
            if (!face.TryGet(end - VideoGrid.SlotsPerStep + i, out var moment))
            {
                _estimator.Restart();
                return;
            }
            var level = 0f;
            for (var at = 0; at < half; at += mels) level += LevelOf(step.Features.AsSpan((i * half) + at, mels)) * mels / half;
            _estimator.Next(level, moment.Opening, step.HasVoice);
        }
    }

    /// <summary>Level of the sound in a frame: the mean of the bands that voices have.</summary>
    internal static float LevelOf(ReadOnlySpan<float> logMel)
    {
        var voice = logMel[(logMel.Length / 16)..(logMel.Length * 3 / 4)];
        var sum = 0f;
        foreach (var band in voice) sum += band;
        return sum / voice.Length;
    }
}
