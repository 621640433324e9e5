namespace AVServer.Vision.Tests.Tracking;

[Trait("Category", "unit")]
public sealed class OneEuroFilterTests
{
    private const float Step = 0.04f;

    [Fact]
    public void First_values_pass_unchanged()
    {
        float[] values = [3, -4];
        new OneEuroFilter(2).Apply(values, 0, 100);
        Assert.Equal([3, -4], values);
    }

    [Fact]
    public void Second_value_is_that_of_the_papers_formula()
    {
        var filter = new OneEuroFilter(1);
        float[] values = [0];
        filter.Apply(values, 0, 100);
        values[0] = 10;
        filter.Apply(values, Step, 100);

        // speed: 10 / 0.04 / 100 = 2.5 face sizes a second, smoothed at 1 Hz; cut-off 0.05 + 80 · |speed|; α = r / (r + 1), r = 2π ·
        // cut-off · step
        var speed = Alpha(1) * 2.5;
        Assert.Equal(Alpha(0.05 + (80 * speed)) * 10, values[0], 1e-4);

        static double Alpha(double cutoff) => 2 * Math.PI * cutoff * Step / ((2 * Math.PI * cutoff * Step) + 1);
    }

    [Fact]
    public void Tremble_is_smoothed_and_movement_is_followed()
    {
        var random = new Random(5);
        var filter = new OneEuroFilter(1);
        double before = 0, after = 0;
        float[] values = new float[1];
        for (var i = 0; i < 200; i++)
        {
            var noisy = 50 + (0.3f * (random.NextSingle() - 0.5f));
            values[0] = noisy;
            filter.Apply(values, Step, 100);
            before += Math.Pow(noisy - 50, 2);
            after += i < 20 ? 0 : Math.Pow(values[0] - 50, 2);
        }
        Assert.InRange(after, 0, before / 2);

        // 200 pixels a second on a face of 100: 8 pixels a picture; the filter lags by less than a quarter of a picture's way.
        for (var i = 1; i <= 50; i++)
        {
            values[0] = 50 + (8 * i);
            filter.Apply(values, Step, 100);
        }
        Assert.InRange(values[0], 450 - 2, 450);
    }

    [Fact]
    public void Near_and_far_faces_are_smoothed_alike()
    {
        float[] near = [0], far = [0];
        var (nearFilter, farFilter) = (new OneEuroFilter(1), new OneEuroFilter(1));
        for (var i = 0; i < 20; i++)
        {
            (near[0], far[0]) = (10 * MathF.Sin(i), MathF.Sin(i));
            nearFilter.Apply(near, Step, 200);
            farFilter.Apply(far, Step, 20);
            Assert.Equal(near[0], 10 * far[0], 1e-3f);
        }
    }

    [Fact]
    public void Reset_forgets()
    {
        var filter = new OneEuroFilter(1);
        filter.Apply([100], 0, 100);
        filter.Reset();
        float[] values = [7];
        filter.Apply(values, Step, 100);
        Assert.Equal(7, values[0]);
    }
}
