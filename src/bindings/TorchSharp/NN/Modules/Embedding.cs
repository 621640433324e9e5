namespace TorchSharp.Modules;

/// <summary>Whole numbers → rows of a learnt table.</summary>
public sealed class Embedding : torch.nn.Module<torch.Tensor, torch.Tensor>
{
    private readonly long? _padding;

    internal Embedding(long num_embeddings, long embedding_dims, long? padding_idx, torch.Device? device, torch.ScalarType? dtype) : base(nameof(Embedding))
    {
        _padding = padding_idx;
        weight = new Parameter(torch.randn([num_embeddings, embedding_dims], dtype, device));
        register_parameter(nameof(weight), weight);
        if (padding_idx is not { } row) return;
        using var mode = torch.no_grad();
        using var padding = weight.select(0, row);
        padding.zero_();
    }

    public Parameter weight { get; }

    public override torch.Tensor forward(torch.Tensor input) => torch.nn.functional.embedding(input, weight, _padding);
}
