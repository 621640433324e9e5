using static TorchSharp.torch;

namespace AVServer.Networks.Tests.Keywords;

[Trait("Category", "unit")]
public sealed class KeywordLossTests
{
    [Fact]
    public void Logits_of_a_stream_are_those_of_its_surest_step_and_zero_for_no_word()
    {
        using var scope = NewDisposeScope();
        var steps = tensor(new[] { -3f, 2, -1, 4, 5, -6 }, [1, 3, 2]);

        Assert.Equal([0f, 5, 4], KeywordLoss.WindowLogits(steps).data<float>().ToArray());
        Assert.Equal([-3f, 2, -1], KeywordLoss.WindowLogits(tensor(new[] { -3f, 2, -1 }, [1, 3])).data<float>().ToArray());
    }

    // Two words in four steps: the first is surest at the third step, the second at the first.
    [Theory]
    [InlineData(1, true, 1, 2, 9)]
    [InlineData(1, true, 2, 1, 9)]
    [InlineData(1, true, 9, 1, 9)]
    [InlineData(2, true, 1, 7, 9)]
    [InlineData(1, false, 1, 7, 9)]
    [InlineData(0, true, 1, 7, 9)]
    public void Word_that_was_said_counts_some_steps_early_where_it_is_drawn(int label, bool isEarly, int steps, float first, float second)
    {
        using var scope = NewDisposeScope();
        var logits = tensor(new[] { 1f, 9, 2, 8, 7, 3, 0, 4 }, [1, 4, 2]);

        Assert.Equal([0f, first, second], KeywordLoss.WindowLogits(logits, [label], [isEarly], steps).data<float>().ToArray());
    }

    [Fact]
    public void Soft_labels_cost_what_posteriors_differ_and_nothing_where_they_agree()
    {
        using var scope = NewDisposeScope();
        // At a temperature of 2 the teacher's odds of 9 become 3: posteriors of 3/4 and 1/4, the student's are even.
        var teacher = tensor(new[] { (float)Math.Log(9), 0 }, [1, 2]);
        var wanted = 4 * ((0.75 * Math.Log(0.75 / 0.5)) + (0.25 * Math.Log(0.25 / 0.5)));

        Assert.Equal(wanted, Distillation.Soft(zeros(1, 2), teacher, 2).item<float>(), 1e-5);
        Assert.Equal(0, Distillation.Soft(teacher, teacher, 2).item<float>(), 1e-6);
    }

    [Fact]
    public void Hard_labels_are_the_teachers_likeliest()
    {
        using var scope = NewDisposeScope();
        var student = tensor(new[] { (float)Math.Log(3), 0 }, [1, 2]);

        Assert.Equal(Math.Log(4), Distillation.Hard(student, tensor(new[] { -1f, 2 }, [1, 2])).item<float>(), 1e-5);
        Assert.Equal(Math.Log(4.0 / 3), Distillation.Hard(student, tensor(new[] { 2f, -1 }, [1, 2])).item<float>(), 1e-5);
    }

    [Fact]
    public void Taught_network_serves_the_mean_of_its_two_outputs()
    {
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        manual_seed(2);
        var network = new Kwt(new KwtConfig(Frames: 12, Blocks: 1, Labels: 3, IsTaught: true));
        network.eval();
        var features = randn(2, 12, 40);
        var (own, teachers) = TorchValue.Run((x, _) => network.Heads(x), features, features);

        Assert.InRange(((own + teachers) / 2 - network.forward(features)).abs().max().item<float>(), 0, 1e-6f);
        Assert.True((own - teachers).abs().max().item<float>() > 1e-3);
    }
}
