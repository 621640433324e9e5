namespace AVServer.Networks;

/// <summary>A row of the <see cref="KeywordZoo"/>: a network of the literature at one of its sizes.</summary>
/// <param name="Name">What it is called here.</param>
/// <param name="Paper">Where it is from: authors, year, and where the paper has its size.</param>
/// <param name="Create">Makes it, with weights drawn anew. A network that streams has no output for no word.</param>
/// <param name="Published">Size in the paper; absent where the paper tells none that could be met.</param>
/// <param name="Remark">What differs, and why there is no published size where there is none.</param>
/// <param name="SameAs">The row of the same definition at a smaller size, whose tests stand for this one's; absent: it has its own.</param>
public sealed record ZooNetwork(
    string Name,
    string Paper,
    Func<KeywordWindow, IKeywordNetwork> Create,
    PublishedSize? Published = null,
    string? Remark = null,
    string? SameAs = null);
