using AVServer.Contracts;

namespace AVServer.Pipeline.Tests.Video;

[Trait("Category", "unit")]
public sealed class DetectionMergerTests
{
    private static readonly ModelReference Model = new("m", "1.0.0");
    private readonly DetectionMerger _merger = new(new HashSet<string> { "please" });
    private readonly List<StreamEvent> _events = [];

    [Fact]
    public void Heard_where_no_lips_are_read_is_told_at_once_and_once()
    {
        _merger.AddHeard(Word(1, Modality.Audio), Seconds(1.08), lipsAreRead: false, _events);
        _merger.AddAudioVisual(Word(1.2, Modality.Audio), _events);
        _merger.AddAudioVisual(Word(1.4, Modality.AudioVisual), _events);

        Assert.Equal(1, Assert.IsType<WakeWordEvent>(Assert.Single(_events)).End.TotalSeconds);
    }

    [Fact]
    public void Heard_while_lips_are_read_gives_way_to_what_is_seen()
    {
        _merger.AddHeard(Word(1, Modality.Audio), Seconds(1.08), lipsAreRead: true, _events);
        _merger.Advance(Seconds(1.2), Seconds(1.21), _events);
        Assert.Empty(_events);
        _merger.AddAudioVisual(Word(1.28, Modality.AudioVisual), _events);
        _merger.Advance(Seconds(3), Seconds(3), _events);
        _merger.Complete(_events);

        Assert.Equal(Modality.AudioVisual, Assert.IsType<WakeWordEvent>(Assert.Single(_events)).Modality);
    }

    [Fact]
    public void Heard_and_not_seen_is_told_after_a_while_and_says_when()
    {
        _merger.AddHeard(Word(1, Modality.Audio), Seconds(1.08), lipsAreRead: true, _events);
        for (var now = 1.08; now < 1.6; now += 0.08) _merger.Advance(Seconds(now), Seconds(now + 0.015), _events);

        var word = Assert.IsType<WakeWordEvent>(Assert.Single(_events));
        Assert.Equal(Modality.Audio, word.Modality);
        Assert.Equal(1.495, word.DetectedAt.TotalSeconds, 0.001);
    }

    [Fact]
    public void Seen_first_keeps_the_heard_from_being_told_again()
    {
        _merger.AddAudioVisual(Word(1, Modality.AudioVisual), _events);
        _merger.AddHeard(Word(1.1, Modality.Audio), Seconds(1.16), lipsAreRead: true, _events);
        _merger.Complete(_events);

        Assert.Single(_events);
    }

    [Fact]
    public void Media_that_ends_leaves_nothing_waiting()
    {
        _merger.AddHeard(Word(1, Modality.Audio), Seconds(1.08), lipsAreRead: true, _events);
        _merger.Complete(_events);

        Assert.Single(_events);
    }

    [Fact]
    public void Word_that_is_said_again_is_another()
    {
        _merger.AddHeard(Word(1, Modality.Audio), Seconds(1.08), lipsAreRead: false, _events);
        _merger.AddAudioVisual(Word(2.5, Modality.AudioVisual), _events);
        _merger.AddHeard(Word(4, Modality.Audio), Seconds(4.08), lipsAreRead: true, _events);
        _merger.Complete(_events);

        Assert.Equal([1, 2.5, 4], _events.Cast<WakeWordEvent>().Select(word => word.End.TotalSeconds));
    }

    [Fact]
    public void Keyword_that_one_model_alone_knows_is_told_as_it_comes()
    {
        _merger.AddAudioVisual(Word(1, Modality.Audio, "computer"), _events);
        _merger.AddAudioVisual(Word(1.1, Modality.Audio, "computer"), _events);

        Assert.Equal(2, _events.Count);
    }

    private static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(seconds);

    private static WakeWordEvent Word(double end, Modality modality, string keyword = "please") =>
        new(keyword, 0.9f, Seconds(end - 0.5), Seconds(end), modality, new Dictionary<string, float>(), Model, Seconds(end + 0.1));
}
