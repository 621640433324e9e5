using AVServer.Runtime;

namespace AVServer.Pipeline;

/// <summary>
/// What the recognisers say of one segment of sound as one word, each asked once at most: the word's pronunciations are found side by side
/// there, and a candidate that comes second may be worth the large recogniser where the first wasn't.
/// </summary>
internal sealed class RescoredSegment
{
    private TextLikelihood? _bySmall;
    private TextLikelihood? _byBoth;

    /// <summary>Rescores a candidate: by the small recogniser, and by the large one too where it is likely enough.</summary>
    /// <param name="model">The recognisers.</param>
    /// <param name="sound">See <see cref="WordSegment"/>.</param>
    /// <param name="tight">Where the tighter cut lies in it.</param>
    /// <param name="word">What it is a candidate of.</param>
    /// <param name="judgeScore">The judge's log-odds.</param>
    /// <param name="gain">What is added to the score besides; see <see cref="Detection.ScoreFusion"/>.</param>
    public TextLikelihood Rescore(
        WordModel model, ReadOnlySpan<float> sound, Range tight, TypedWord word, float judgeScore, float gain = 0)
    {
        var bySmall = _bySmall ??= model.Rescorer.ScoreBySmall(sound, word.Spellings.Value);
        var weights = model.Table.Rescoring;
        var isLikely = weights.Score(judgeScore, bySmall) > word.LargeRecogniserThreshold
            && weights.UpperBound(judgeScore, bySmall, word.Examples is not null) + gain >= word.Threshold;
        return isLikely ? _byBoth ??= model.Rescorer.ScoreByLarge(sound, tight, word.Spellings.Value, bySmall) : bySmall;
    }
}
