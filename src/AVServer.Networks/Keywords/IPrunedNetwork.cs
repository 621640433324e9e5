namespace AVServer.Networks;

/// <summary>A network some of whose weights go while it learns.</summary>
public interface IPrunedNetwork
{
    /// <summary>Weights that are gone.</summary>
    long Pruned { get; }

    /// <summary>Takes away what should be gone by now.</summary>
    /// <param name="progress">Share of the training that is over; 1 leaves what is to stay.</param>
    void Prune(double progress);
}
