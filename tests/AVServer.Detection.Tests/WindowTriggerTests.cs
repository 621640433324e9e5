namespace AVServer.Detection.Tests;

[Trait("Category", "unit")]
public sealed class WindowTriggerTests
{
    private const int Refractory = 5;
    private const int Window = 32;

    [Fact]
    public void Word_that_stays_in_the_window_triggers_once()
    {
        var trigger = new WindowTrigger(Refractory, Window);

        Assert.Equal([10], Triggers(trigger, step => step is >= 10 and < 40 ? 0.2f : -0.2f));
    }

    [Fact]
    public void Score_that_fell_may_trigger_again_after_the_refractory_period()
    {
        Assert.Equal([10, 20], Triggers(new WindowTrigger(Refractory, Window), step => step is 10 or 11 or >= 20 and < 30 ? 0.2f : -0.2f));
        // The fall lies within the refractory period, so that what rises with its end is still the same word.
        Assert.Equal([10], Triggers(new WindowTrigger(Refractory, Window), step => step == 10 || step is > 13 and < 30 ? 0.2f : -0.2f));
    }

    [Fact]
    public void Score_that_never_falls_triggers_again_when_the_word_has_left_the_window() =>
        Assert.Equal([0, 32, 64], Triggers(new WindowTrigger(Refractory, Window), _ => 0.2f));

    [Fact]
    public void Change_of_kind_is_no_fall()
    {
        var trigger = new WindowTrigger(Refractory, Window);
        Assert.True(trigger.Next(10, 0.3f, kind: 1));
        for (var step = 11; step < 24; step++) Assert.False(trigger.Next(step, -0.3f, kind: 2));
        for (var step = 24; step < 42; step++) Assert.False(trigger.Next(step, 0.3f, kind: 1));
        Assert.True(trigger.Next(42, 0.3f, kind: 1));
    }

    [Fact]
    public void Margin_of_zero_triggers_and_one_that_is_no_number_does_not()
    {
        Assert.True(new WindowTrigger(Refractory, Window).Next(0, 0, 0));
        Assert.False(new WindowTrigger(Refractory, Window).Next(0, float.NaN, 0));
    }

    private static List<int> Triggers(WindowTrigger trigger, Func<int, float> margin) =>
        [.. Enumerable.Range(0, 80).Where(step => trigger.Next(step, margin(step), 0))];
}
