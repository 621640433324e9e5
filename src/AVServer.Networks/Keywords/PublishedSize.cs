namespace AVServer.Networks;

/// <summary>The size of a network that its paper tells.</summary>
/// <param name="Window">What it is given there.</param>
/// <param name="Parameters">Its parameters there.</param>
public sealed record PublishedSize(KeywordWindow Window, long Parameters);
