namespace AVServer.Runtime;

/// <summary>How well a stretch of sound fits a text, by a recogniser's decoder.</summary>
/// <param name="Text">ln P(text | sound), summed over the ways to write it; 0 at most.</param>
/// <param name="End">ln P(the text ends there | sound, text), by its most likely spelling; 0 at most.</param>
/// <param name="Tokens">Tokens of that spelling.</param>
public readonly record struct TextLikelihood(float Text, float End, int Tokens)
{
    /// <summary>
    /// What a small and a large recogniser say together, the latter of two cuts of the sound: the geometric mean of their probabilities.
    /// </summary>
    public static TextLikelihood Mean(TextLikelihood small, TextLikelihood large, TextLikelihood tight) =>
        new((small.Text + large.Text + tight.Text) / 3, (small.End + large.End + tight.End) / 3, small.Tokens);
}
