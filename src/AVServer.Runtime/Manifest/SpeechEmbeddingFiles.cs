namespace AVServer.Runtime;

/// <summary>Names of a speech-embedding model's files beside <see cref="ModelManifest.MainFile"/>.</summary>
public static class SpeechEmbeddingFiles
{
    /// <summary>The mel front end that the embedding was trained on.</summary>
    public const string Mel = "melspectrogram.onnx";
}
