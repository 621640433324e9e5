namespace AVServer.Lab.Training;

/// <summary>How long and how fast one model is trained.</summary>
/// <param name="Seed">Seed of weights and order.</param>
/// <param name="Steps">Training steps.</param>
/// <param name="LearningRate">Highest learning rate; it rises over the first twentieth and falls as a cosine.</param>
/// <param name="WeightDecay">Decay of AdamW.</param>
/// <param name="Threads">Threads of libtorch.</param>
/// <param name="CheckpointSteps">Steps from one checkpoint to the next.</param>
/// <param name="ClipNorm">Largest norm of all gradients together; larger ones are scaled down.</param>
public sealed record Schedule(
    int Seed, int Steps, double LearningRate, double WeightDecay, int Threads, int CheckpointSteps = 500, double ClipNorm = 5)
{
    /// <summary>The learning rate of a step, from 0 on.</summary>
    public double LearningRateAt(int step)
    {
        var warmUp = Math.Max(1, Steps / 20);
        return step < warmUp
            ? LearningRate * (step + 1) / warmUp
            : LearningRate * 0.5 * (1 + Math.Cos(Math.PI * (step - warmUp) / Math.Max(1, Steps - warmUp)));
    }
}
