using System.Runtime.CompilerServices;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace AVServer.Networks.Tests;

/// <summary>Shapes of the networks' convolutions that one of libtorch's libraries gets wrong on some machines, without saying so.</summary>
[Trait("Category", "unit")]
public sealed class ConvolutionTests
{
    [Theory]
    [InlineData(2, 1, 3, 3, 1)]
    [InlineData(1, 4, 11, 1, 1)]
    [InlineData(1, 4, 1, 9, 1)]
    [InlineData(12, 6, 3, 3, 1)]
    [InlineData(9, 8, 1, 5, 4)]
    [InlineData(40, 16, 1, 5, 4)]
    [InlineData(13, 768, 1, 3, 1)]
    public void Convolution_and_its_gradients_are_those_of_double_precision(int channels, int outputs, int height, int width, int stride)
    {
        RuntimeHelpers.RunModuleConstructor(typeof(OneDnn).Module.ModuleHandle);
        using var scope = NewDisposeScope();
        manual_seed(4);
        var (input, weight) = (randn(3, channels, 16, 24), randn(outputs, channels, height, width));

        var wanted = Convolve(input.to(float64), weight.to(float64), stride);
        var got = Convolve(input, weight, stride);

        Same("output", wanted.Output, got.Output);
        Same("gradient of the input", wanted.OfInput, got.OfInput);
        Same("gradient of the weights", wanted.OfWeight, got.OfWeight);
    }

    [Fact]
    public void One_dnn_is_off() => Assert.False(OneDnn.IsOn);

    private static (Tensor Output, Tensor OfInput, Tensor OfWeight) Convolve(Tensor input, Tensor weight, int stride)
    {
        var (x, w) = (input.detach().requires_grad_(), weight.detach().requires_grad_());
        var output = functional.conv2d(x, w, strides: [stride, stride]);
        (output.square() / 2).sum().backward();
        return (output, x.grad!, w.grad!);
    }

    private static void Same(string what, Tensor wanted, Tensor got)
    {
        var difference = ((wanted - got.to(float64)).abs().max() / wanted.abs().max()).item<double>();
        Assert.True(difference < 1e-4, $"{what}: differs by {difference} of the largest value.");
    }
}
