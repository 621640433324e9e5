using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace AVServer.Networks.Tests.Keywords;

[Trait("Category", "unit")]
public sealed class CondenseNetTests
{
    [Theory]
    [InlineData(0, 0)]
    [InlineData(0.16, 0)]
    [InlineData(0.17, 1)]
    [InlineData(0.34, 2)]
    [InlineData(0.5, 3)]
    [InlineData(1, 3)]
    public void A_quarter_of_each_groups_inputs_goes_at_each_third_of_half_the_training(double progress, int quarters)
    {
        using var scope = NewDisposeScope();
        var convolution = new LearnedGroupConv(8, 12, groups: 4);
        convolution.Prune(progress);

        Assert.Equal(quarters * 2 * 12, convolution.Pruned);
    }

    [Fact]
    public void Inputs_that_weigh_least_in_a_group_go_for_its_outputs_alone()
    {
        using var scope = NewDisposeScope();
        var convolution = new LearnedGroupConv(2, 4, groups: 2);
        var state = convolution.state_dict();
        // Outputs 0 and 2 are the first group: input 0 weighs 1 + 2 there, input 1 weighs 4; in the second 5 + 5 and 3.
        using (no_grad()) state["weight"].copy_(tensor(new[] { 1f, -2, 5, 2, -2, 2, -5, 1 }, [4, 2]));
        convolution.Prune(1);

        Assert.Equal([0f, 1, 1, 0, 0, 1, 1, 0], state["mask"].flatten().data<float>().ToArray());
    }

    [Fact]
    public void Group_lasso_is_the_sum_of_the_lengths_of_a_groups_weights_of_an_input()
    {
        using var scope = NewDisposeScope();
        var convolution = new LearnedGroupConv(1, 4, groups: 2);
        using (no_grad()) convolution.state_dict()["weight"].copy_(tensor(new[] { 3f, 6, 4, 8 }, [4, 1]));

        Assert.Equal(5 + 10, convolution.GroupLasso().item<float>(), 1e-5);
    }

    [Fact]
    public void Grouped_convolution_that_is_left_gives_what_the_masked_one_does()
    {
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        manual_seed(5);
        var convolution = new LearnedGroupConv(8, 12, groups: 4);
        convolution.eval();
        var x = randn(2, 8, 3, 5);
        Tensor Masked()
        {
            var state = convolution.state_dict();
            return functional.conv2d((x / Math.Sqrt(1 + 1e-5)).relu(), (state["weight"] * state["mask"]).reshape(12, 8, 1, 1));
        }

        foreach (var progress in new[] { 0.2, 1 })
        {
            convolution.Prune(progress);
            Assert.InRange((convolution.forward(x) - Masked()).abs().max().item<float>(), 0, 1e-5f);
        }
    }
}
