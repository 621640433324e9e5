namespace AVServer.Runtime;

/// <summary>Names of a <see cref="ModelKind.SpeechRecogniser"/>'s files beside its encoder.</summary>
public static class SpeechRecogniserFiles
{
    /// <summary>The encoder's vectors and the tokens so far → scores of the next token.</summary>
    public const string Decoder = "decoder.onnx";

    /// <summary>The tokens, a JSON object from token to number.</summary>
    public const string Vocabulary = "vocabulary.json";

    /// <summary>Pairs of tokens that become one, a line each, the first one first.</summary>
    public const string Merges = "merges.txt";

    /// <summary>Those that may not be absent.</summary>
    public static IReadOnlyList<string> Needed { get; } = [Decoder, Vocabulary, Merges];
}
