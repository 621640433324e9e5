using AVServer.Networks.Backbones;
using static TorchSharp.torch;

namespace AVServer.Networks.Tests.Backbones;

/// <summary>What backbones do with pictures, on values that can be worked out by hand.</summary>
[Trait("Category", "unit")]
public sealed class PictureTests
{
    [Fact]
    public void Places_at_the_edge_have_as_many_neighbours_as_those_in_the_middle() => Assert.Equal(
        [0L, 1, 2, 0, 1, 2, 1, 2, 3, 2, 3, 4, 2, 3, 4], NeighborhoodAttention.Neighbours(5, kernel: 3));

    [Fact]
    public void Where_a_picture_is_smaller_than_a_neighbourhood_all_places_are_neighbours() => Assert.Equal(
        [0L, 1, 0, 1], NeighborhoodAttention.Neighbours(2, kernel: 7));

    [Fact]
    public void Place_attends_to_its_neighbourhood_alone()
    {
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        manual_seed(6);
        var attention = new NeighborhoodAttention(8, heads: 2, kernel: 3);
        var x = randn(1, 6, 7, 8);
        var other = x.clone();
        other[0, 5, 6] += 1;
        var differs = (attention.forward(x) - attention.forward(other)).abs().amax([3]).gt(0).squeeze(0);

        // The corner is a neighbour of its row and column, and of those before them.
        for (var row = 0; row < 6; row++)
            for (var column = 0; column < 7; column++)
                Assert.Equal(row >= 4 && column >= 5, differs[row, column].item<bool>());
    }

    [Fact]
    public void Halved_picture_holds_means_and_enlarged_one_repeats()
    {
        using var scope = NewDisposeScope();
        var x = tensor(new[] { 1f, 2, 3, 4, 5, 6 }, [1, 1, 2, 3]);

        Assert.Equal([3f, 2.25f], TorchValue.Run(value => value.Halved(), x).flatten().data<float>().ToArray());
        Assert.Equal(
            [1f, 1, 2, 2, 3, 1, 1, 2, 2, 3, 4, 4, 5, 5, 6],
            TorchValue.Run(value => value.Enlarged(3, 5), x).flatten().data<float>().ToArray());
    }

    [Fact]
    public void Shift_max_begins_as_it_is_given()
    {
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        var function = new ShiftMax(8, groups: 2, reduction: 2, pieces: 2);
        foreach (var weights in function.parameters()) weights.zero_();
        var x = randn(2, 8, 3, 3);

        Assert.True((function.forward(x) == x).all().item<bool>());
    }

    [Fact]
    public void Shift_max_looks_at_the_next_channel_of_the_next_group()
    {
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        var function = new ShiftMax(4, groups: 2, reduction: 1, pieces: 1);
        foreach (var (name, weights) in function.state_dict())
        {
            weights.zero_();
            // The hard sigmoid of 3 is 1, hence 2 above even: for the neighbours, whose weights stand behind the channels' own.
            if (name == "weigh.bias") weights.narrow(0, 4, 4).fill_(3);
        }

        var x = tensor(new[] { 1f, 10, 100, 1000 }, [1, 4, 1, 1]);
        Assert.Equal([1 + 2000f, 10 + 200, 100 + 20, 1000 + 2], function.forward(x).flatten().data<float>().ToArray());
    }

    [Fact]
    public void Low_octave_holds_its_share_of_the_channels() => Assert.Equal(
        (new Octaves(40, 24), new Octaves(3, 1), new Octaves(8, 0)),
        (Octaves.Of(64, 0.375), Octaves.Of(4, 0.375), Octaves.Of(8, 0)));

    [Fact]
    public void Spatial_reconstruction_crosses_what_says_little_with_what_says_much()
    {
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        var unit = new SpatialReconstruction(16);
        // One place a group has no deviation, so the norm is the shift: the first channel says much, the others by a sigmoid below a half.
        var state = unit.state_dict();
        state["norm.bias"].fill_(-16 * (float)Math.Log(3));
        state["norm.bias"][0] = 1;
        var x = arange(1, 17, float32).reshape(1, 16, 1, 1);
        var got = unit.forward(x).flatten().data<float>().ToArray();

        // Informative: 1 · 1, else a quarter of each; the rest: 0 of the first, a quarter of each other. Halves are crossed.
        Assert.Equal(1 + (9 * 0.25f), got[0], 1e-4);
        Assert.Equal((2 + 10) * 0.25f, got[1], 1e-4);
        Assert.Equal(9 * 0.25f, got[8], 1e-4);
        Assert.Equal((10 + 2) * 0.25f, got[9], 1e-4);
    }
}
