using AVServer.Speech;

namespace AVServer.Lab.G2p;

/// <summary>A word of the lexicon and one way to say it.</summary>
/// <param name="Letters">Lower case, <c>a</c> to <c>z</c> and apostrophes.</param>
/// <param name="Phones">At least one.</param>
internal sealed record G2pExample(string Letters, Phone[] Phones);
