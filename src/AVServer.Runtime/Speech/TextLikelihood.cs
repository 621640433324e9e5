namespace AVServer.Runtime;

/// <summary>How well a stretch of sound fits a text, by a recogniser's decoder.</summary>
/// <param name="Text">ln P(text | sound), summed over the ways to write it; 0 at most.</param>
/// <param name="End">ln P(the text ends there | sound, text), by its most likely spelling; 0 at most.</param>
/// <param name="Tokens">Tokens of that spelling.</param>
public readonly record struct TextLikelihood(float Text, float End, int Tokens)
{
    /// <summary>What two recognisers say together: the geometric means of their probabilities.</summary>
    /// <param name="other">Of the same sound and text.</param>
    public TextLikelihood With(TextLikelihood other) => new((Text + other.Text) / 2, (End + other.End) / 2, Tokens);
}
