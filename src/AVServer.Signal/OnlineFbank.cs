namespace AVServer.Signal;

/// <summary>Log-mel vectors of one stream, pulled as its samples arrive. Any chunking gives the same vectors, bit for bit.</summary>
/// <inheritdoc path="/remarks"/>
public sealed class OnlineFbank : OnlineFeatures<FbankComputer>
{
    /// <param name="computer">Shared among streams.</param>
    /// <param name="chunkSamples">Samples that are usually accepted between two readings; nothing is allocated later while this
    /// holds.</param>
    public OnlineFbank(FbankComputer computer, int chunkSamples = 16_000) : base(computer, chunkSamples)
    {
    }

    /// <param name="options">What the features are made of.</param>
    /// <param name="chunkSamples">Samples that are usually accepted between two readings; nothing is allocated later while this
    /// holds.</param>
    /// <exception cref="ArgumentException">An option is out of its range; the message names it.</exception>
    public OnlineFbank(FbankOptions options, int chunkSamples = 16_000) : base(new FbankComputer(options), chunkSamples)
    {
    }
}
