namespace TorchSharp.Modules;

/// <summary>Rectifier: max(0, x).</summary>
public sealed class ReLU : torch.nn.Module<torch.Tensor, torch.Tensor>
{
    internal ReLU() : base(nameof(ReLU))
    {
    }

    public override torch.Tensor forward(torch.Tensor input) => torch.nn.functional.relu(input);
}

/// <summary>Rectifier up to 6.</summary>
public sealed class ReLU6 : torch.nn.Module<torch.Tensor, torch.Tensor>
{
    internal ReLU6() : base(nameof(ReLU6))
    {
    }

    public override torch.Tensor forward(torch.Tensor input) => torch.nn.functional.relu6(input);
}

/// <summary>x·Φ(x).</summary>
public sealed class GELU : torch.nn.Module<torch.Tensor, torch.Tensor>
{
    internal GELU() : base(nameof(GELU))
    {
    }

    public override torch.Tensor forward(torch.Tensor input) => torch.nn.functional.gelu(input);
}

/// <summary>x·σ(x).</summary>
public sealed class SiLU : torch.nn.Module<torch.Tensor, torch.Tensor>
{
    internal SiLU() : base(nameof(SiLU))
    {
    }

    public override torch.Tensor forward(torch.Tensor input) => torch.nn.functional.silu(input);
}

/// <summary>1 / (1 + e⁻ˣ).</summary>
public sealed class Sigmoid : torch.nn.Module<torch.Tensor, torch.Tensor>
{
    internal Sigmoid() : base(nameof(Sigmoid))
    {
    }

    public override torch.Tensor forward(torch.Tensor input) => torch.nn.functional.sigmoid(input);
}

/// <summary>Hyperbolic tangent.</summary>
public sealed class Tanh : torch.nn.Module<torch.Tensor, torch.Tensor>
{
    internal Tanh() : base(nameof(Tanh))
    {
    }

    public override torch.Tensor forward(torch.Tensor input) => torch.nn.functional.tanh(input);
}

/// <summary>Piecewise approximation of SiLU.</summary>
public sealed class Hardswish : torch.nn.Module<torch.Tensor, torch.Tensor>
{
    internal Hardswish() : base(nameof(Hardswish))
    {
    }

    public override torch.Tensor forward(torch.Tensor input) => torch.nn.functional.hardswish(input);
}

/// <summary>Piecewise approximation of the sigmoid.</summary>
public sealed class Hardsigmoid : torch.nn.Module<torch.Tensor, torch.Tensor>
{
    internal Hardsigmoid() : base(nameof(Hardsigmoid))
    {
    }

    public override torch.Tensor forward(torch.Tensor input) => torch.nn.functional.hardsigmoid(input);
}

/// <summary>Rectifier with a slope below 0.</summary>
public sealed class LeakyReLU : torch.nn.Module<torch.Tensor, torch.Tensor>
{
    internal LeakyReLU(double negative_slope) : base(nameof(LeakyReLU)) => this.negative_slope = negative_slope;

    public double negative_slope { get; }

    public override torch.Tensor forward(torch.Tensor input) => torch.nn.functional.leaky_relu(input, negative_slope);
}

/// <summary>Rectifier that tends to −α below 0.</summary>
public sealed class ELU : torch.nn.Module<torch.Tensor, torch.Tensor>
{
    internal ELU(double alpha) : base(nameof(ELU)) => this.alpha = alpha;

    public double alpha { get; }

    public override torch.Tensor forward(torch.Tensor input) => torch.nn.functional.elu(input, alpha);
}

/// <summary>The first half of a dimension times the sigmoid of the second.</summary>
public sealed class GLU : torch.nn.Module<torch.Tensor, torch.Tensor>
{
    internal GLU(long dim) : base(nameof(GLU)) => this.dim = dim;

    public long dim { get; }

    public override torch.Tensor forward(torch.Tensor input) => torch.nn.functional.glu(input, dim);
}

/// <summary>Exponentials along a dimension, scaled to the sum 1.</summary>
public sealed class Softmax : torch.nn.Module<torch.Tensor, torch.Tensor>
{
    internal Softmax(long dim) : base(nameof(Softmax)) => this.dim = dim;

    public long dim { get; }

    public override torch.Tensor forward(torch.Tensor input) => torch.nn.functional.softmax(input, dim);
}

/// <summary>Logarithm of the softmax.</summary>
public sealed class LogSoftmax : torch.nn.Module<torch.Tensor, torch.Tensor>
{
    internal LogSoftmax(long dim) : base(nameof(LogSoftmax)) => this.dim = dim;

    public long dim { get; }

    public override torch.Tensor forward(torch.Tensor input) => torch.nn.functional.log_softmax(input, dim);
}

/// <summary>Rectifier with a learnt slope below 0, for all channels or for each.</summary>
public sealed class PReLU : torch.nn.Module<torch.Tensor, torch.Tensor>
{
    internal PReLU(long num_parameters, double init, torch.Device? device, torch.ScalarType? dtype) : base(nameof(PReLU))
    {
        weight = new Parameter(torch.full([num_parameters], init, dtype ?? torch.float32, device));
        register_parameter(nameof(weight), weight);
    }

    public Parameter weight { get; }

    public override torch.Tensor forward(torch.Tensor input) => torch.nn.functional.prelu(input, weight);
}
