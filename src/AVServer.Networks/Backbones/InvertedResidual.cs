namespace AVServer.Networks.Backbones;

/// <summary>A block that is wide inside: expansion, depthwise convolution, projection, and a residual where nothing changes.</summary>
/// <remarks>
/// Sandler et al., arXiv 1801.04381, §3.3; with squeeze-and-excitation Howard et al., arXiv 1905.02244, §5.3. [B, in, H, W] → [B, out, H /
/// stride, W / stride].
/// </remarks>
public sealed class InvertedResidual : Layer
{
    private readonly ConvNorm? expand;
    private readonly ConvNorm depthwise;
    private readonly SqueezeExcite? weigh;
    private readonly ConvNorm project;
    private readonly bool _isResidual;

    internal InvertedResidual(
        long input, long expanded, long output, long kernel, long stride, Function function, bool squeezes = false)
        : base(nameof(InvertedResidual))
    {
        _isResidual = stride == 1 && input == output;
        expand = expanded == input ? null : ConvNorm.OfPicture(input, expanded, function: function);
        depthwise = ConvNorm.OfPicture(expanded, expanded, kernel, function, stride, groups: expanded);
        weigh = squeezes ? new SqueezeExcite(expanded, Channels.Scaled(expanded, 0.25), Function.HardSigmoid) : null;
        project = ConvNorm.OfPicture(expanded, output, function: null);
        RegisterComponents();
    }

    public override Value Compute(Value x)
    {
        var hidden = (expand is null ? x : x.Apply(expand)).Apply(depthwise);
        var projected = (weigh is null ? hidden : hidden.Apply(weigh)).Apply(project);
        return _isResidual ? projected + x : projected;
    }
}
