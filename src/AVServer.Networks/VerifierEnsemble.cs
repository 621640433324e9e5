using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace AVServer.Networks;

/// <summary>Several <see cref="VerifierHead"/>s of one size that vote: the mean of their logits and of their times.</summary>
/// <remarks>
/// Where few people teach a word, heads that differ in nothing but their first weights and their order of examples disagree on
/// people they never heard. Their mean errs less than any of them, and they are small beside the embedding that they share.
/// </remarks>
public sealed class VerifierEnsemble : Layer, INetwork
{
    private readonly ModuleList<VerifierHead> members;

    public VerifierEnsemble(VerifierHeadConfig config) : base(nameof(VerifierEnsemble))
    {
        Config = config;
        members = ModuleList([.. Enumerable.Range(0, config.Members).Select(_ => new VerifierHead(config))]);
        RegisterComponents();
    }

    public VerifierHeadConfig Config { get; }

    public IReadOnlyList<NetworkInput> Inputs => [new("embeddings", [-1, Config.WindowSteps, Config.Dim])];

    public IReadOnlyList<string> Outputs => ["posterior", "secondsSinceStart", "secondsSinceEnd"];

    /// <summary>The heads; they belong to the ensemble.</summary>
    public IReadOnlyList<VerifierHead> Members => [.. members];

    /// <summary>Embeddings [B, window steps, dim] → [B, 3]: logit of the keyword, seconds since its start, seconds since its end.</summary>
    public override Value Compute(Value embeddings)
    {
        var votes = Members.Select(embeddings.Apply).ToArray();
        return votes[0].Stack(0, votes[1..]).Mean(keep: false, 0);
    }

    public IReadOnlyList<Value> Serve(IReadOnlyList<Value> inputs)
    {
        var results = Compute(inputs[0]);                                                          // [B, 3]
        return [results.Narrow(1, 0, 1).Sigmoid(), results.Narrow(1, 1, 1), results.Narrow(1, 2, 1)];
    }
}
