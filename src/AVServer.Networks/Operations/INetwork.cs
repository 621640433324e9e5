namespace AVServer.Networks;

/// <summary>A network as it is served: what it is given, what it says, and how it goes through a stream.</summary>
public interface INetwork
{
    /// <summary>What it is given, in order.</summary>
    IReadOnlyList<NetworkInput> Inputs { get; }

    /// <summary>Names of what it says, in order.</summary>
    IReadOnlyList<string> Outputs { get; }

    /// <summary>How it steps through a stream; null for one that looks at whole windows.</summary>
    NetworkSteps? Steps => null;

    /// <summary>From the inputs to the outputs.</summary>
    IReadOnlyList<Value> Serve(IReadOnlyList<Value> inputs);
}

/// <summary>An input of a network.</summary>
/// <param name="Name">Its name in the graph.</param>
/// <param name="Shape">Its axes, -1 where free: the batch, or time.</param>
/// <param name="IsWhole">Whether it holds whole numbers.</param>
public sealed record NetworkInput(string Name, IReadOnlyList<long> Shape, bool IsWhole = false);

/// <summary>How a network steps through a stream.</summary>
/// <param name="ChunkFrames">Frames that it takes at a time, unless an exporter says otherwise.</param>
/// <param name="Stride">Frames from one output to the next.</param>
/// <param name="ReceptiveFieldFrames">Frames that an output rests on; <see cref="Unbounded"/> where all that came before counts.</param>
public sealed record NetworkSteps(int ChunkFrames, int Stride, int ReceptiveFieldFrames)
{
    /// <summary>What stands for frames without a bound.</summary>
    public const int Unbounded = int.MaxValue;
}
