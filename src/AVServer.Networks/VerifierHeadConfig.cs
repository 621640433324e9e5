namespace AVServer.Networks;

/// <summary>Size of a <see cref="VerifierHead"/>, and how many of them vote in a <see cref="VerifierEnsemble"/>.</summary>
/// <param name="Dim">Values of one speech embedding.</param>
/// <param name="WindowSteps">Embeddings of a window, 80 ms each.</param>
/// <param name="Width">Channels of the convolutions.</param>
/// <param name="Layers">Convolutions.</param>
/// <param name="Kernel">Their taps.</param>
/// <param name="Dropout">Share of values dropped in training, before the attention and before the outputs.</param>
/// <param name="Members">Heads of the ensemble, each with weights of its own.</param>
public sealed record VerifierHeadConfig(
    int Dim = 96, int WindowSteps = 16, int Width = 64, int Layers = 3, int Kernel = 3, double Dropout = 0.2, int Members = 1);
