using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace TorchSharp.Tests;

[Trait("Category", "unit")]
public sealed class TensorTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Array_of_any_rank_comes_back_as_it_went_in()
    {
        var cube = new float[2, 3, 2];
        for (var i = 0; i < cube.Length; i++) cube[i / 6, i / 2 % 3, i % 2] = i;
        var stored = tensor(cube);
        Assert.Equal([2, 3, 2], stored.shape);
        Assert.Equal(Enumerable.Range(0, 12).Select(i => (float)i), stored.data<float>());
        Assert.Equal([true, false], tensor(new[] { true, false }).data<bool>().ToArray());
        Assert.Equal([1L, -2], tensor(new[] { 1L, -2 }).data<long>().ToArray());
    }

    [Fact]
    public void Transposed_tensor_is_read_row_by_row() =>
        Assert.Equal([0f, 3, 1, 4, 2, 5], arange(6, float32).reshape(2, 3).t().data<float>().ToArray());

    [Fact]
    public void Elements_written_reach_the_tensor()
    {
        var view = zeros(2, 3).t();
        view.data<float>().CopyFrom([1, 2, 3, 4, 5, 6]);
        Assert.Equal(4, view[1, 1].item<float>());
        Assert.Equal(5, view.data<float>()[4]);
    }

    [Fact]
    public void Reading_as_another_type_is_refused()
    {
        var error = Assert.Throws<InvalidOperationException>(() => zeros(2).data<double>());
        Assert.Contains("got one of Float32", error.Message);
    }

    [Fact]
    public void Shape_that_does_not_hold_the_elements_is_refused() =>
        Assert.Contains("Expected 6 elements for the shape [2, 3], got 5", Assert.Throws<ArgumentException>(() => tensor(new float[5], [2, 3])).Message);

    [Fact]
    public void Native_error_names_the_operator_and_the_reason()
    {
        var error = Assert.ThrowsAny<ExternalException>(() => zeros(2, 3).matmul(zeros(2, 3)));
        Assert.StartsWith("matmul: ", error.Message);
        Assert.Contains("2x3", error.Message);
        Assert.Equal("matmul", Assert.IsType<TorchException>(error).Operator);
        Assert.StartsWith("conv1d: ", Assert.Throws<TorchException>(() => nn.Conv1d(3, 4, 2).call(zeros(1, 2, 9))).Message);
        Assert.StartsWith("backward: ", Assert.Throws<TorchException>(() => Backward(zeros(2))).Message);

        static void Backward(Tensor tensor) => tensor.backward();
    }

    [Fact]
    public void Parts_are_assigned_through_any_index()
    {
        var x = zeros(3, 4);
        x[1] = ones(4);
        x[TensorIndex.Ellipsis, 0] = tensor(5f);
        x[0, 1..3] = tensor(new[] { 7f, 8 });
        x[tensor(new long[] { 2 }), tensor(new long[] { 3 })] = tensor(9f);
        Assert.Equal([5, 7, 8, 0, 5, 1, 1, 1, 5, 0, 0, 9], x.data<float>().ToArray());
    }

    [Fact]
    public void Sum_over_dimension_zero_is_not_mistaken_for_an_element_type() => Assert.Equal([3], ones(2, 3).sum(0).shape);

    [Fact]
    public void Gradient_is_not_recorded_without_mode()
    {
        var x = ones(2).requires_grad_();
        using (no_grad())
        {
            Assert.False(is_grad_enabled());
            Assert.False((x * 2).requires_grad);
        }
        Assert.True((x * 2).requires_grad);
    }

    [Fact]
    public void Derivative_is_given_without_touching_gradients()
    {
        var x = tensor(new[] { 2f, 3 }, requires_grad: true);
        var slope = autograd.grad([x.pow(3).sum()], [x], create_graph: true)[0];
        Assert.Equal([12f, 27], slope.data<float>().ToArray());
        Assert.Equal([12f, 18], autograd.grad([slope.sum()], [x])[0].data<float>().ToArray());
        Assert.Null(x.grad);
    }

    [Fact]
    public void Same_seed_gives_the_same_numbers()
    {
        manual_seed(4);
        var first = randn(5);
        manual_seed(4);
        Assert.True(first.equal(randn(5)));
    }

    [Theory]
    [InlineData("cpu", DeviceType.CPU, -1)]
    [InlineData("cuda:1", DeviceType.CUDA, 1)]
    public void Device_is_read_from_its_description(string description, DeviceType type, int index)
    {
        var read = device(description);
        Assert.Equal((type, index), (read.type, read.index));
        Assert.Equal(description, read.ToString());
        Assert.Contains("got \"tpu\"", Assert.Throws<ArgumentException>(() => device("tpu")).Message);
    }

    [Fact]
    public void Missing_cuda_is_an_error_with_a_reason()
    {
        if (cuda.is_available()) Assert.Equal(DeviceType.CUDA, zeros(1).cuda().device_type);
        else Assert.Throws<TorchException>(() => zeros(1).cuda());
    }
}
