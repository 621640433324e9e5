using AVServer.Networks.Emotion;
using static TorchSharp.torch;

namespace AVServer.Networks.Tests.Emotion;

[Trait("Category", "unit")]
public sealed class RadialLayerTests
{
    [Fact]
    public void Examples_get_their_labels_whatever_lines_cannot_part()
    {
        using var scope = NewDisposeScope();
        // Exclusive or, one label rarer than the other.
        var values = tensor(new[] { 0f, 0, 0, 1, 1, 0, 1, 1, 1, 0.9f, 0.9f, 1 }, [6, 2]);
        var targets = OneHot(0, 1, 1, 0, 0, 0);
        var layer = new RadialLayer(2, 6, width: 4, labels: 2);
        Assert.Equal(0, layer.call(values).abs().max().item<float>());

        layer.Fit(values, values, targets, decay: 1e-6, scale: 8);

        Assert.InRange((layer.call(values) - (targets * 8)).abs().max().item<float>(), 0, 0.05f);
        // Far from every centre the share of the label is all that is known.
        var far = layer.call(tensor(new[] { 50f, -50 }, [1, 2]));
        Assert.Equal(8 * 4 / 6f, far[0, 0].item<float>(), 1e-4f);
        Assert.Equal(8 * 2 / 6f, far[0, 1].item<float>(), 1e-4f);

        static Tensor OneHot(params long[] labels) => stack(labels.Select(label => eye(2)[label]).ToArray());
    }

    [Fact]
    public void Rare_label_weighs_as_much_as_a_common_one()
    {
        using var scope = NewDisposeScope();
        // Nine of one label and one of the other in the same place: nothing parts them.
        var values = zeros(10, 3);
        var targets = cat([eye(2)[0].unsqueeze(0).repeat([9, 1]), eye(2)[1].unsqueeze(0)]);
        var layer = new RadialLayer(3, 1, width: 1, labels: 2);

        layer.Fit(values.narrow(0, 0, 1), values, targets, decay: 1e-6, scale: 1);

        Assert.Equal(0.5f, layer.call(values)[0, 0].item<float>(), 1e-3f);
        Assert.Equal(0.5f, layer.call(values)[0, 1].item<float>(), 1e-3f);
    }
}
