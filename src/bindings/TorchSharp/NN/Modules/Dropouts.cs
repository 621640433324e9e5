namespace TorchSharp.Modules;

/// <summary>In training, sets elements to 0 with probability p and scales the others by 1 / (1 − p).</summary>
public sealed class Dropout : torch.nn.Module<torch.Tensor, torch.Tensor>
{
    internal Dropout(double p) : base(nameof(Dropout)) => this.p = p;

    public double p { get; }

    public override torch.Tensor forward(torch.Tensor input) => torch.nn.functional.dropout(input, p, training);
}

/// <summary>As <see cref="Dropout"/>, for whole channels of [batch, channels, height, width].</summary>
public sealed class Dropout2d : torch.nn.Module<torch.Tensor, torch.Tensor>
{
    internal Dropout2d(double p) : base(nameof(Dropout2d)) => this.p = p;

    public double p { get; }

    public override torch.Tensor forward(torch.Tensor input) => torch.nn.functional.dropout2d(input, p, training);
}
