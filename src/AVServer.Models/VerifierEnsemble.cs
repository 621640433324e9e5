using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace AVServer.Models;

/// <summary>Several <see cref="VerifierHead"/>s of one size that vote: the mean of their logits and of their times.</summary>
/// <remarks>
/// Where few people teach a word, heads that differ in nothing but their first weights and their order of examples disagree on
/// people they never heard. Their mean errs less than any of them, and they are small beside the embedding that they share.
/// </remarks>
public sealed class VerifierEnsemble : Module<Tensor, Tensor>
{
    private readonly ModuleList<VerifierHead> members;

    public VerifierEnsemble(VerifierHeadConfig config) : base(nameof(VerifierEnsemble))
    {
        Config = config;
        members = ModuleList([.. Enumerable.Range(0, config.Members).Select(_ => new VerifierHead(config))]);
        RegisterComponents();
    }

    public VerifierHeadConfig Config { get; }

    /// <summary>The heads; they belong to the ensemble.</summary>
    public IReadOnlyList<VerifierHead> Members => [.. members];

    /// <summary>Embeddings [B, window steps, dim] → [B, 3]: logit of the keyword, seconds since its start, seconds since its end.</summary>
    public override Tensor forward(Tensor embeddings)
    {
        using var scope = NewDisposeScope();
        return stack(Members.Select(member => member.call(embeddings)), 0).mean([0]).MoveToOuterDisposeScope();
    }
}
