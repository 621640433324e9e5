namespace AVServer.Networks;

/// <summary>What a keyword network is given and how many words it tells apart.</summary>
/// <param name="Frames">Frames of a window; a network that streams takes any number.</param>
/// <param name="Values">Values of a frame, log-mel or cepstra.</param>
/// <param name="Labels">Words that are told apart, what is none of them included.</param>
public sealed record KeywordWindow(int Frames = 100, int Values = 40, int Labels = 12);
