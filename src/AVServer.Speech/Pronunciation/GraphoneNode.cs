namespace AVServer.Speech;

/// <summary>An n-gram of a <see cref="GraphoneModel"/>.</summary>
/// <param name="Symbol">Its last symbol.</param>
/// <param name="LogProbability">Minus the logarithm of that symbol's probability after the others, in units of
/// <see cref="GraphoneModel.Step"/>.</param>
/// <param name="Backoff">Minus the logarithm of what is left for symbols that are not among the children, in the same units.</param>
/// <param name="Children">N-grams that are this one and a symbol more.</param>
public readonly record struct GraphoneNode(ushort Symbol, byte LogProbability, byte Backoff, int Children);
