using AVServer.Detection;

namespace AVServer.Pipeline;

/// <summary>What the trained models of a stream said lately of their keywords, for the typed words of the same name.</summary>
/// <remarks>One stream's own; one caller at a time. Times are of the track.</remarks>
internal sealed class TrainedScores
{
    // A typed word is judged within a few seconds of its end; what is older helps nobody.
    private const double MemorySeconds = 10;

    private readonly List<TrainedScore> _scores = [];
    private HashSet<string> _fused = [];

    /// <summary>All that is remembered, oldest first.</summary>
    public IReadOnlyList<TrainedScore> Remembered => _scores;

    /// <summary>Forgets what was said: a new track begins.</summary>
    public void Clear() => _scores.Clear();

    /// <summary>Takes the typed words that are listened for: those that are fused with a trained model decide in its place.</summary>
    public void Follow(IEnumerable<TypedWord> words) => _fused = [.. words.Where(word => word.Fused is not null).Select(word => word.Name)];

    /// <summary>Whether a typed word decides in the place of the trained model of this keyword, unless that is sure.</summary>
    public bool IsFused(string keyword) => _fused.Contains(keyword);

    /// <summary>Takes a score; one that would add nothing isn't remembered.</summary>
    public void Add(TrainedScore score)
    {
        if (ScoreFusion.Gain(score.Posterior) <= 0) return;
        _scores.RemoveAll(old => old.EndSeconds < score.EndSeconds - MemorySeconds);
        _scores.Add(score);
    }

    /// <summary>The highest posterior of a keyword that ends where a typed word does; 0 where there is none.</summary>
    /// <param name="keyword">Which one.</param>
    /// <param name="endSeconds">Where the typed word ends.</param>
    public float Highest(string keyword, double endSeconds)
    {
        var highest = 0f;
        foreach (var score in _scores)
            if (score.Keyword == keyword && Math.Abs(score.EndSeconds - endSeconds) <= ScoreFusion.MaxSecondsApart)
                highest = Math.Max(highest, score.Posterior);
        return highest;
    }
}

/// <summary>What a verifier said of a moment.</summary>
/// <param name="Keyword">The keyword.</param>
/// <param name="Posterior">Both stages' joint one.</param>
/// <param name="EndSeconds">Where the word would end.</param>
internal readonly record struct TrainedScore(string Keyword, float Posterior, double EndSeconds);
