namespace AVServer.Signal;

/// <summary>Cepstral coefficients of one stream, pulled as its samples arrive. Any chunking gives the same vectors, bit for bit.</summary>
/// <inheritdoc path="/remarks"/>
public sealed class OnlineMfcc : OnlineFeatures<MfccComputer>
{
    /// <param name="computer">Shared among streams.</param>
    /// <param name="chunkSamples">Samples that are usually accepted between two readings; nothing is allocated later while this
    /// holds.</param>
    public OnlineMfcc(MfccComputer computer, int chunkSamples = 16_000) : base(computer, chunkSamples)
    {
    }
}
