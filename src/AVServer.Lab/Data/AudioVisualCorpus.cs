namespace AVServer.Lab.Data;

/// <summary>
/// The recordings with lips, dealt out by a recipe. What has no word times, or no face in most of its pictures, is left out.
/// </summary>
public sealed class AudioVisualCorpus
{
    private const double LeastSeen = 0.5;
    private readonly LipCache _cache;

    /// <param name="recipe">Names the corpora and deals their recordings.</param>
    /// <param name="cache">Has read them.</param>
    /// <exception cref="InvalidDataException">A talker of the training is also in the test.</exception>
    public AudioVisualCorpus(DataRecipe recipe, LipCache cache)
    {
        _cache = cache;
        Clips =
            [.. (recipe.AudioVisual ?? []).SelectMany(cache.Rows)
                .Where(row => row.Words.Count > 0 && row.SeenCount >= LeastSeen * row.PictureCount)
            .Select(row => Clip(recipe, row)).Where(clip => clip.Split != Split.None)];
        var trained = Clips.Where(clip => clip.Split != Split.Test).Select(clip => clip.Talker).ToHashSet();
        if (Clips.FirstOrDefault(clip => clip.Split == Split.Test && trained.Contains(clip.Talker)) is { } both)
            throw new InvalidDataException(
                $"Expected talkers of the test to be in no other split, {both.Talker} is. Correct the rules of the recipe.");
    }

    /// <summary>All recordings that can be used.</summary>
    public IReadOnlyList<AudioVisualClip> Clips { get; }

    /// <summary>Recordings of a split.</summary>
    public IReadOnlyList<AudioVisualClip> Of(Split split) => [.. Clips.Where(clip => clip.Split == split)];

    /// <summary>Reads sound and lips of a recording.</summary>
    public LipRecording Read(AudioVisualClip clip) => _cache.Read(clip.Row);

    private static AudioVisualClip Clip(DataRecipe recipe, LipRow row)
    {
        var dealt = new CorpusRow(row.Set, row.Path, row.Text, row.Speaker, default);
        var split = recipe.Rules.FirstOrDefault(rule => rule.Matches(dealt))?.SplitOf(dealt) ?? Split.None;
        var index = row.Words.ToList().FindLastIndex(word => word.Text == recipe.Keyword);
        return new AudioVisualClip(row.Path, row.Speaker, split, row.Words, index < 0 ? null : row.Words[index], row);
    }
}
