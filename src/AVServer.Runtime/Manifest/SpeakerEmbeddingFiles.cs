namespace AVServer.Runtime;

/// <summary>Names of a speaker-embedding model's files, as Kaldi writes them; it has no <see cref="ModelManifest.MainFile"/>.</summary>
public static class SpeakerEmbeddingFiles
{
    /// <summary>The network, an nnet3 in binary form.</summary>
    public const string Network = "final.ext.raw";

    /// <summary>Mean of the vectors of many speakers, as text.</summary>
    public const string Mean = "mean.vec";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> Needed { get; } = [Network, Mean];
}
