namespace AVServer.Pipeline.Tests.Video;

[Trait("Category", "unit")]
public sealed class SpeakerChoiceTests
{
    private const float Moves = 0.3f;

    [Fact]
    public void Largest_face_is_chosen_while_nobody_has_spoken() =>
        Assert.Equal(2, new SpeakerChoice().Next([new(1, 50, 0), new(2, 80, 0), new(3, 60, 0)], voice: false));

    [Fact]
    public void Face_whose_lips_move_to_a_voice_is_chosen()
    {
        var choice = new SpeakerChoice();

        Assert.Equal(1, Run(choice, 20, voice: true, new(1, 50, Moves), new(2, 80, 0)));
    }

    [Fact]
    public void Lips_that_move_without_a_voice_say_nothing()
    {
        var choice = new SpeakerChoice();

        Assert.Equal(2, Run(choice, 50, voice: false, new(1, 50, Moves), new(2, 80, 0)));
    }

    [Fact]
    public void Choice_changes_when_another_face_clearly_moves_more_and_only_then()
    {
        var choice = new SpeakerChoice();
        Run(choice, 50, voice: true, new(1, 50, Moves), new(2, 80, 0));

        Assert.Equal(1, Run(choice, 100, voice: true, new(1, 50, Moves), new(2, 80, 1.2f * Moves)));
        Assert.Equal(2, Run(choice, 50, voice: true, new(1, 50, 0), new(2, 80, Moves)));
    }

    [Fact]
    public void Face_that_is_lost_for_a_moment_stays_chosen_and_one_that_is_gone_does_not()
    {
        var choice = new SpeakerChoice();
        Run(choice, 50, voice: true, new(1, 50, Moves), new(2, 80, 0));

        Assert.Equal(1, Run(choice, 10, voice: true, new SpeakerCandidate(2, 80, 0)));
        Assert.Equal(2, Run(choice, 10, voice: true, new SpeakerCandidate(2, 80, 0)));
        Assert.Null(Run(choice, 20, voice: true));
    }

    private static int? Run(SpeakerChoice choice, int slots, bool voice, params SpeakerCandidate[] faces)
    {
        for (var i = 0; i < slots; i++) choice.Next(faces, voice);
        return choice.Current;
    }
}
