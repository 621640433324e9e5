using AVServer.Networks;
using static TorchSharp.torch;

namespace AVServer.Lab.Export;

/// <summary>What a network costs and sees, counted from its definition.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="Inputs">Its inputs with their axes, N for the batch, T for time.</param>
/// <param name="Parameters">Weights that were learnt or fitted.</param>
/// <param name="MultiplyAccumulates">MACs of one run: a chunk of a stream, or a window; of a second where its sequences have any
/// length.</param>
/// <param name="ReceptiveFieldFrames">Frames that an output rests on; <see cref="NetworkSteps.Unbounded"/> where all count.</param>
/// <param name="Streams">Whether it goes through a stream chunk by chunk.</param>
internal sealed record NetworkCard(
    string Name, string Inputs, long Parameters, long MultiplyAccumulates, long ReceptiveFieldFrames, bool Streams)
{
    private const int FramesPerSecond = 100;

    private static readonly string[] Statistics =
        ["mean", "istd", "Mean", "Istd", "running_mean", "running_var", "num_batches_tracked", "mask"];

    /// <summary>Counts a network, which stays as it was.</summary>
    internal static NetworkCard Of(string name, INetwork network)
    {
        using var scope = NewDisposeScope();
        var module = (nn.Module)network;
        var training = module.training;
        module.eval();
        var graph = NetworkGraph.Write(network, batch: 1, frames: network.Steps?.ChunkFrames ?? FramesPerSecond);
        module.train(training);
        var parameters = module.state_dict()
            .Where(entry => !Statistics.Any(end => entry.Key.EndsWith(end, StringComparison.Ordinal)))
            .Sum(entry => entry.Value.numel()) - ((network as IPrunedNetwork)?.Pruned ?? 0);
        var window = network.Inputs[0].Shape is [_, > 0 and var frames, _] ? frames : NetworkSteps.Unbounded;
        return new(
            name,
            string.Join(", ", network.Inputs.Select(Describe)),
            parameters,
            graph.MultiplyAccumulates,
            network.Steps?.ReceptiveFieldFrames ?? window,
            network.Steps is not null);
    }

    private static string Describe(NetworkInput input)
    {
        var axes = input.Shape.Select((length, axis) => length >= 0 ? $"{length}" : axis == 0 ? "N" : "T");
        return $"{input.Name} [{string.Join(", ", axes)}]";
    }
}
