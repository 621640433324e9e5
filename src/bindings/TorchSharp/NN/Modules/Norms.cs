namespace TorchSharp.Modules;

/// <summary>Normalises each channel by the batch's statistics in training and by running ones in evaluation.</summary>
public abstract class BatchNorm : torch.nn.Module<torch.Tensor, torch.Tensor>
{
    private readonly int[] _dims;

    private protected BatchNorm(
        string name, int[] dims, long features, double eps, double momentum, bool affine, bool track_running_stats, torch.Device? device, torch.ScalarType? dtype)
        : base(name)
    {
        _dims = dims;
        this.eps = eps;
        this.momentum = momentum;
        if (affine)
        {
            register_parameter(nameof(weight), weight = new Parameter(torch.ones([features], dtype, device)));
            register_parameter(nameof(bias), bias = new Parameter(torch.zeros([features], dtype, device)));
        }
        if (!track_running_stats) return;
        register_buffer(nameof(running_mean), running_mean = torch.zeros([features], dtype, device));
        register_buffer(nameof(running_var), running_var = torch.ones([features], dtype, device));
        register_buffer(nameof(num_batches_tracked), num_batches_tracked = torch.zeros([], torch.int64, device));
    }

    public Parameter? weight { get; }

    public Parameter? bias { get; }

    public torch.Tensor? running_mean { get; }

    public torch.Tensor? running_var { get; }

    public torch.Tensor? num_batches_tracked { get; }

    /// <summary>Added to the variance.</summary>
    public double eps { get; }

    /// <summary>Weight of a new batch in the running statistics.</summary>
    public double momentum { get; }

    public override torch.Tensor forward(torch.Tensor input)
    {
        if (!_dims.Contains((int)input.ndim))
            throw new ArgumentException($"Expected an input of {string.Join(" or ", _dims)} dimensions for {GetName()}, got {input.ndim}.", nameof(input));
        if (training && num_batches_tracked is not null)
        {
            using var mode = torch.no_grad();
            num_batches_tracked.add_(1);
        }
        return torch.nn.functional.batch_norm(input, running_mean, running_var, weight, bias, training || running_mean is null, momentum, eps);
    }
}

/// <summary>Batch normalisation over [batch, channels] or [batch, channels, length].</summary>
public sealed class BatchNorm1d : BatchNorm
{
    internal BatchNorm1d(long features, double eps, double momentum, bool affine, bool track_running_stats, torch.Device? device, torch.ScalarType? dtype)
        : base(nameof(BatchNorm1d), [2, 3], features, eps, momentum, affine, track_running_stats, device, dtype)
    {
    }
}

/// <summary>Batch normalisation over [batch, channels, height, width].</summary>
public sealed class BatchNorm2d : BatchNorm
{
    internal BatchNorm2d(long features, double eps, double momentum, bool affine, bool track_running_stats, torch.Device? device, torch.ScalarType? dtype)
        : base(nameof(BatchNorm2d), [4], features, eps, momentum, affine, track_running_stats, device, dtype)
    {
    }
}

/// <summary>Batch normalisation over [batch, channels, depth, height, width].</summary>
public sealed class BatchNorm3d : BatchNorm
{
    internal BatchNorm3d(long features, double eps, double momentum, bool affine, bool track_running_stats, torch.Device? device, torch.ScalarType? dtype)
        : base(nameof(BatchNorm3d), [5], features, eps, momentum, affine, track_running_stats, device, dtype)
    {
    }
}

/// <summary>Normalises each vector over the last dimensions.</summary>
public sealed class LayerNorm : torch.nn.Module<torch.Tensor, torch.Tensor>
{
    internal LayerNorm(long[] normalized_shape, double eps, bool elementwise_affine, bool bias, torch.Device? device, torch.ScalarType? dtype)
        : base(nameof(LayerNorm))
    {
        this.normalized_shape = normalized_shape;
        this.eps = eps;
        if (elementwise_affine) register_parameter(nameof(weight), weight = new Parameter(torch.ones(normalized_shape, dtype, device)));
        if (elementwise_affine && bias) register_parameter(nameof(bias), this.bias = new Parameter(torch.zeros(normalized_shape, dtype, device)));
    }

    public Parameter? weight { get; }

    public Parameter? bias { get; }

    public long[] normalized_shape { get; }

    public double eps { get; }

    public override torch.Tensor forward(torch.Tensor input) => torch.nn.functional.layer_norm(input, normalized_shape, weight, bias, eps);
}

/// <summary>Normalises groups of channels of each example.</summary>
public sealed class GroupNorm : torch.nn.Module<torch.Tensor, torch.Tensor>
{
    private readonly long _groups;

    internal GroupNorm(long num_groups, long num_channels, double eps, bool affine, torch.Device? device, torch.ScalarType? dtype)
        : base(nameof(GroupNorm))
    {
        _groups = num_groups;
        this.eps = eps;
        if (!affine) return;
        register_parameter(nameof(weight), weight = new Parameter(torch.ones([num_channels], dtype, device)));
        register_parameter(nameof(bias), bias = new Parameter(torch.zeros([num_channels], dtype, device)));
    }

    public Parameter? weight { get; }

    public Parameter? bias { get; }

    public double eps { get; }

    public override torch.Tensor forward(torch.Tensor input) => torch.nn.functional.group_norm(input, _groups, weight, bias, eps);
}
