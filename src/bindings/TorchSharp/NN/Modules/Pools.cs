namespace TorchSharp.Modules;

/// <summary>Maximum of a moving window.</summary>
public sealed class MaxPool1d : torch.nn.Module<torch.Tensor, torch.Tensor>
{
    private readonly long _kernel;
    private readonly long _stride;
    private readonly long _padding;

    internal MaxPool1d(long kernel, long stride, long padding) : base(nameof(MaxPool1d)) => (_kernel, _stride, _padding) = (kernel, stride, padding);

    public override torch.Tensor forward(torch.Tensor input) => torch.nn.functional.max_pool1d(input, _kernel, _stride, _padding);
}

/// <summary>Mean of a moving window; padding counts as zeros.</summary>
public sealed class AvgPool1d : torch.nn.Module<torch.Tensor, torch.Tensor>
{
    private readonly long _kernel;
    private readonly long _stride;
    private readonly long _padding;

    internal AvgPool1d(long kernel, long stride, long padding) : base(nameof(AvgPool1d)) => (_kernel, _stride, _padding) = (kernel, stride, padding);

    public override torch.Tensor forward(torch.Tensor input) => torch.nn.functional.avg_pool1d(input, _kernel, _stride, _padding);
}

/// <summary>Means of as many windows as the output is long.</summary>
public sealed class AdaptiveAvgPool1d : torch.nn.Module<torch.Tensor, torch.Tensor>
{
    private readonly long _size;

    internal AdaptiveAvgPool1d(long size) : base(nameof(AdaptiveAvgPool1d)) => _size = size;

    public override torch.Tensor forward(torch.Tensor input) => torch.nn.functional.adaptive_avg_pool1d(input, _size);
}

/// <summary>Maximum of a moving window.</summary>
public sealed class MaxPool2d : torch.nn.Module<torch.Tensor, torch.Tensor>
{
    private readonly long[] _kernel;
    private readonly long[] _stride;
    private readonly long[] _padding;

    internal MaxPool2d(long[] kernel, long[] stride, long[] padding) : base(nameof(MaxPool2d)) => (_kernel, _stride, _padding) = (kernel, stride, padding);

    public override torch.Tensor forward(torch.Tensor input) => torch.nn.functional.max_pool2d(input, _kernel, _stride, _padding);
}

/// <summary>Mean of a moving window; padding counts as zeros.</summary>
public sealed class AvgPool2d : torch.nn.Module<torch.Tensor, torch.Tensor>
{
    private readonly long[] _kernel;
    private readonly long[] _stride;
    private readonly long[] _padding;

    internal AvgPool2d(long[] kernel, long[] stride, long[] padding) : base(nameof(AvgPool2d)) => (_kernel, _stride, _padding) = (kernel, stride, padding);

    public override torch.Tensor forward(torch.Tensor input) => torch.nn.functional.avg_pool2d(input, _kernel, _stride, _padding);
}

/// <summary>Means of as many windows as the output is long.</summary>
public sealed class AdaptiveAvgPool2d : torch.nn.Module<torch.Tensor, torch.Tensor>
{
    private readonly long[] _size;

    internal AdaptiveAvgPool2d(long[] size) : base(nameof(AdaptiveAvgPool2d)) => _size = size;

    public override torch.Tensor forward(torch.Tensor input) => torch.nn.functional.adaptive_avg_pool2d(input, _size);
}

/// <summary>Maximum of a moving window.</summary>
public sealed class MaxPool3d : torch.nn.Module<torch.Tensor, torch.Tensor>
{
    private readonly long[] _kernel;
    private readonly long[] _stride;
    private readonly long[] _padding;

    internal MaxPool3d(long[] kernel, long[] stride, long[] padding) : base(nameof(MaxPool3d)) => (_kernel, _stride, _padding) = (kernel, stride, padding);

    public override torch.Tensor forward(torch.Tensor input) => torch.nn.functional.max_pool3d(input, _kernel, _stride, _padding);
}

/// <summary>Means of as many windows as the output is long.</summary>
public sealed class AdaptiveAvgPool3d : torch.nn.Module<torch.Tensor, torch.Tensor>
{
    private readonly long[] _size;

    internal AdaptiveAvgPool3d(long[] size) : base(nameof(AdaptiveAvgPool3d)) => _size = size;

    public override torch.Tensor forward(torch.Tensor input) => torch.nn.functional.adaptive_avg_pool3d(input, _size);
}
