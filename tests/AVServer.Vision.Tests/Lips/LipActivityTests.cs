namespace AVServer.Vision.Tests.Lips;

[Trait("Category", "unit")]
public sealed class LipActivityTests
{
    [Theory]
    [InlineData(15)]
    [InlineData(25)]
    [InlineData(60)]
    public void Mouth_that_opens_four_times_a_second_moves(int fps) =>
        Assert.True(Run(fps, 2, t => 0.15f + (0.06f * MathF.Sin(2 * MathF.PI * 4 * t))).IsMoving);

    [Fact]
    public void Mouth_that_opens_four_times_a_second_moves_at_five_pictures_a_second() =>
        Assert.True(Run(5, 3, t => 0.15f + (0.06f * MathF.Sin(2 * MathF.PI * 4 * t))).IsMoving);

    [Theory]
    [InlineData(0.02f)]
    [InlineData(0.4f)]
    public void Still_mouth_doesnt_move_however_open(float opening)
    {
        var lips = Run(25, 2, _ => opening);
        Assert.False(lips.IsMoving);
        Assert.Equal(0, lips.Level, 1e-3f);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Tremble_of_landmarks_is_no_movement(int seed)
    {
        // Uniform noise of a tenth of the opening, as the mesh shows on a grainy photograph of an open mouth.
        var random = new Random(seed);
        Assert.False(Run(25, 4, _ => 0.25f + (0.05f * (random.NextSingle() - 0.5f))).IsMoving);
    }

    [Fact]
    public void Movement_ends_within_the_window_after_the_lips_stop()
    {
        var lips = new LipActivity();
        for (var i = 0; i < 50; i++) lips.Next(At(i), 0.15f + (0.06f * MathF.Sin(i)));
        Assert.True(lips.IsMoving);
        for (var i = 50; i < 66; i++) lips.Next(At(i), 0.1f);
        Assert.False(lips.IsMoving);
    }

    [Fact]
    public void Movement_holds_between_the_two_levels()
    {
        var options = new LipActivityOptions { StartLevel = 0.3f, StopLevel = 0.05f };
        var lips = new LipActivity(options);
        for (var i = 0; i < 25; i++) lips.Next(At(i), 0.15f + (0.1f * MathF.Sin(i)));
        Assert.True(lips.IsMoving);
        for (var i = 25; i < 100; i++) lips.Next(At(i), 0.15f + (0.04f * MathF.Sin(i)));
        Assert.InRange(lips.Level, options.StopLevel, options.StartLevel);
        Assert.True(lips.IsMoving);
    }

    [Fact]
    public void Nothing_is_said_before_half_of_the_window()
    {
        var lips = new LipActivity();
        for (var i = 0; i < 7; i++) Assert.False(lips.Next(At(i), i % 2));
        Assert.Equal(0, lips.Level);
    }

    [Fact]
    public void Time_that_goes_back_starts_afresh()
    {
        var lips = Run(25, 2, t => 0.15f + (0.06f * MathF.Sin(25 * t)));
        Assert.False(lips.Next(TimeSpan.Zero, 0.1f));
        Assert.Equal(0, lips.Level);
    }

    private static LipActivity Run(int fps, float seconds, Func<float, float> opening)
    {
        var lips = new LipActivity();
        for (var i = 0; i < fps * seconds; i++) lips.Next(TimeSpan.FromSeconds((double)i / fps), opening((float)i / fps));
        return lips;
    }

    private static TimeSpan At(int picture) => TimeSpan.FromMilliseconds(40 * picture);
}
