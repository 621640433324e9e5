namespace AVServer.Lab.Data;

/// <summary>The decoded corpora, dealt out by a recipe.</summary>
public sealed class Corpora
{
    private readonly CorpusCache _cache;
    private readonly Dictionary<(string Set, int Start), string> _labels = [];

    /// <param name="recipePath">File of the <see cref="DataRecipe"/>.</param>
    /// <param name="cacheFolder">Where <see cref="CorpusCache"/> decoded them to.</param>
    public Corpora(string recipePath, string cacheFolder)
    {
        Recipe = DataRecipe.Load(recipePath);
        _cache = new CorpusCache(cacheFolder);
        var words = Recipe.Words is { } table
            ? WordTimesTable.Load(Path.Combine(Path.GetDirectoryName(Path.GetFullPath(recipePath))!, table))
            : new Dictionary<string, WordTimes>();
        var rows = Recipe.Sets.SelectMany(_cache.Rows).ToList();
        Clips = Recipe.ToClips(rows, words);
        foreach (var row in rows) _labels[(row.Set, row.Samples.Start.Value)] = row.Label;
        // Loaded before anything runs in parallel.
        foreach (var set in Recipe.Sets) _ = _cache.Samples(set, 0..0);
    }

    public DataRecipe Recipe { get; }

    public IReadOnlyList<Clip> Clips { get; }

    /// <summary>Recordings of a split.</summary>
    public IEnumerable<Clip> Of(Split split) => Clips.Where(clip => clip.Split == split);

    /// <summary>What the corpus says of a recording: the words in it, or what it is.</summary>
    public string LabelOf(Clip clip) => _labels[(clip.Set, clip.Samples.Start.Value)];

    /// <summary>Samples of a recording in [-1, 1).</summary>
    public float[] Read(Clip clip) => _cache.Read(clip);
}
