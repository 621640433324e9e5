namespace AVServer.Runtime;

/// <summary>How an emotion model is fed and how its logits are read.</summary>
/// <param name="FrontEnd">What makes the rows of <c>features</c>; normalisation is inside the graph.</param>
/// <param name="MaxSeconds">Longest stretch of sound that the model was trained on; longer ones are cut.</param>
/// <param name="MaxWords">Rows of <c>words</c>; what is beyond them is cut.</param>
/// <param name="WordVectors">Name of the word-vector model whose vectors it reads; null for a model that only hears.</param>
/// <param name="Temperature">Posteriors are softmax(logits ÷ temperature), fitted on recordings that training never saw.</param>
/// <param name="MinimumConfidence">Posterior of the best label below which the answer is "unsure".</param>
/// <param name="WordVotes">Name of a second table of words, whose values stand behind the vectors'; null where there is none.</param>
/// <param name="Encoder">Name of the speech encoder that it hears by; only with <see cref="EmotionFrontEnd.Encoder"/>.</param>
/// <param name="WindowSeconds">Length of the windows that the encoder hears, one behind the other from the utterance's beginning.</param>
public sealed record EmotionSpec(
    EmotionFrontEnd FrontEnd,
    double MaxSeconds = 7.5,
    int MaxWords = 128,
    string? WordVectors = null,
    double Temperature = 1,
    double MinimumConfidence = 0,
    string? WordVotes = null,
    string? Encoder = null,
    double WindowSeconds = 1)
{
    /// <summary>Input [N, frames, values]: what the front end gives, zeros behind its end.</summary>
    public const string Features = "features";

    /// <summary>Input [N], 64-bit integers: valid rows of <see cref="Features"/>.</summary>
    public const string Frames = "frames";

    /// <summary>
    /// Input [N, values]: what describes the utterance as a whole; only of a model with the front end <see cref="EmotionFrontEnd.Voice"/>
    /// or <see cref="EmotionFrontEnd.Encoder"/>.
    /// </summary>
    public const string Descriptors = "descriptors";

    /// <summary>
    /// Input [N, 2 · values + 1]: mean and variance of each descriptor over what the same speaker said before, and how many seconds that
    /// was; only behind an encoder.
    /// </summary>
    public const string Speaker = "speaker";

    /// <summary>
    /// Input [N, maxWords, dim]: vectors of the words, each with its votes where there are, zeros behind the last; only of a model with
    /// <see cref="WordVectors"/>.
    /// </summary>
    public const string Words = "words";

    /// <summary>Input [N], 64-bit integers: valid rows of <see cref="Words"/>; 0 without a transcript.</summary>
    public const string WordCount = "wordCount";

    /// <summary>Output [N, labels].</summary>
    public const string Logits = "logits";
}

/// <summary>What an emotion model hears.</summary>
public enum EmotionFrontEnd
{
    /// <summary>Cepstral coefficients with first and second derivatives.</summary>
    MfccDeltas,

    /// <summary>The same, and descriptors of the utterance's voice: pitch, level, timbre, roughness, rhythm.</summary>
    Voice,

    /// <summary>The mean of a speech encoder's vectors over the utterance, judged against what the speaker said before.</summary>
    Encoder,

    /// <summary>LIGHT-SERNET's own cepstral coefficients (Aftab et al., arXiv 2110.03435).</summary>
    LightSerNet,
}
