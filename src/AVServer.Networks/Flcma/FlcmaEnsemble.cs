using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace AVServer.Networks.Flcma;

/// <summary>Several <see cref="FlcmaConformer"/>s of one size that vote: the mean of their logits.</summary>
/// <remarks>
/// Networks that differ only in their order of examples disagree on talkers they never met, and most of all on lips; see
/// <see cref="VerifierEnsemble"/>.
/// </remarks>
public sealed class FlcmaEnsemble : Module<Tensor, Tensor, Tensor, Tensor>, INetwork
{
    private readonly ModuleList<FlcmaConformer> members;

    /// <param name="members">Of one size; they belong to the ensemble.</param>
    /// <exception cref="ArgumentException">There is none, or one is of another size.</exception>
    public FlcmaEnsemble(IReadOnlyList<FlcmaConformer> members) : base(nameof(FlcmaEnsemble))
    {
        ArgumentNullException.ThrowIfNull(members);
        if (members.Count == 0 || members.Any(member => member.Config != members[0].Config))
            throw new ArgumentException(
                $"Expected networks of one size, got {members.Count} of "
                + $"{members.Select(member => member.Config).Distinct().Count()} sizes.", nameof(members));
        this.members = ModuleList([.. members]);
        RegisterComponents();
    }

    /// <summary>Size of each member.</summary>
    public FlcmaConfig Config => members[0].Config;

    /// <summary>The networks.</summary>
    public IReadOnlyList<FlcmaConformer> Members => [.. members];

    public IReadOnlyList<NetworkInput> Inputs => [
        new("fbank", [-1, Config.AudioFrames, Config.Mels]), new("lips", [-1, Config.VideoFrames, Config.LipValues]),
            new("presence", [-1, 2])];

    public IReadOnlyList<string> Outputs => ["posterior"];

    public IReadOnlyList<Value> Serve(IReadOnlyList<Value> inputs) => [Compute(inputs[0], inputs[1], inputs[2]).Unsqueeze(1).Sigmoid()];

    /// <summary>Windows → logits [B]; see <see cref="FlcmaConformer.forward"/>.</summary>
    public override Tensor forward(Tensor fbank, Tensor lips, Tensor presence)
    {
        using var scope = NewDisposeScope();
        return TorchValue.Of(Compute(TorchValue.From(fbank), TorchValue.From(lips), TorchValue.From(presence))).MoveToOuterDisposeScope();
    }

    private Value Compute(Value fbank, Value lips, Value presence)
    {
        var votes = Members.Select(member => member.Compute(fbank, lips, presence)).ToArray();
        return votes[0].Stack(0, votes[1..]).Mean(keep: false, 0);                        // [B]
    }
}
