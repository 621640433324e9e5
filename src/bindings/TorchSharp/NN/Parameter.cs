namespace TorchSharp.Modules;

/// <summary>A tensor that a module learns. It takes the given tensor over: the old handle is invalid afterwards.</summary>
public sealed class Parameter : torch.Tensor
{
    public Parameter(torch.Tensor data, bool requires_grad = true)
        : base(Leaf(data)) => this.requires_grad = requires_grad;

    private static nint Leaf(torch.Tensor data)
    {
        if (data.is_leaf) return data.MoveHandle();
        using (data) return data.detach().MoveHandle();
    }
}
