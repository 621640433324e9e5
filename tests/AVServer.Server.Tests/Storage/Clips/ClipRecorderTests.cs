using AVServer.Contracts;
using AVServer.Server.Storage.Clips;

namespace AVServer.Server.Tests.Storage.Clips;

[Trait("Category", "unit")]
public sealed class ClipRecorderTests
{
    private const int Rate = 1_000;

    private readonly List<EventClip> _clips = [];
    private readonly ClipRecorder _recorder;

    private bool _isDeleted;

    public ClipRecorderTests() => _recorder = new ClipRecorder(
        new ClipOptions { Before = TimeSpan.FromSeconds(1), After = TimeSpan.FromSeconds(0.5) }, _clips.Add, _ => _isDeleted);

    [Theory]
    [InlineData(1)]
    [InlineData(77)]
    [InlineData(4_000)]
    public void Any_chunking_gives_the_same_clips(int chunk)
    {
        // Each word is told when 300 ms of sound after it were heard, or the chunk that holds them.
        var words = new Queue<(double Start, double End)>([(0.2, 0.6), (3, 3.5), (12, 13)]);
        AcceptSamples(0, 20_000, chunk, heard =>
        {
            while (words.TryPeek(out var word) && heard >= word.End + 0.3) AcceptEvent(words.Dequeue());
        });

        Assert.Equal([(0, 1_100), (2_000, 2_000), (11_000, 2_500)], _clips.Select(clip => ((int)clip.Samples[0], clip.Samples.Length)));
        Assert.All(
            _clips, clip => Assert.Equal(
                Enumerable.Range(clip.Samples[0], clip.Samples.Length), clip.Samples.Select(sample => (int)sample)));
    }

    [Fact]
    public void Word_at_the_end_or_before_a_hole_gets_what_there_is()
    {
        AcceptSamples(0, 2_000, 80);
        AcceptEvent((1.5, 1.9));
        AcceptSamples(10_000, 1_000, 80);
        AcceptEvent((10.2, 10.8));
        _recorder.Complete();
        Assert.Equal([(500, 1_500), (10_000, 1_000)], _clips.Select(clip => ((int)clip.Samples[0], clip.Samples.Length)));
    }

    [Fact]
    public void Word_that_is_deleted_while_what_follows_it_is_waited_for_brings_no_clip()
    {
        AcceptSamples(0, 2_000, 80);
        AcceptEvent((1.5, 1.9));
        _isDeleted = true;
        AcceptSamples(2_000, 2_000, 80);
        Assert.Empty(_clips);
    }

    [Fact]
    public void Other_events_bring_no_clip()
    {
        AcceptSamples(0, 2_000, 80);
        _recorder.AcceptEvent(new SpeechEvent("hello", TimeSpan.Zero, TimeSpan.FromSeconds(1)));
        _recorder.Complete();
        Assert.Empty(_clips);
    }

    // Sample i of the stream has the value i.
    private void AcceptSamples(int from, int count, int chunk, Action<double>? onHeard = null)
    {
        for (var at = from; at < from + count; at += chunk)
        {
            float[] samples = [.. Enumerable.Range(at, Math.Min(chunk, from + count - at)).Select(i => i / 32768f)];
            _recorder.AcceptSamples(TimeSpan.FromSeconds((double)at / Rate), Rate, samples);
            onHeard?.Invoke((double)(at + samples.Length) / Rate);
        }
    }

    private void AcceptEvent((double Start, double End) word) => _recorder.AcceptEvent(new WakeWordEvent(
        "computer", 0.9f, TimeSpan.FromSeconds(word.Start), TimeSpan.FromSeconds(word.End), Modality.Audio, new Dictionary<string, float>(),
        new ModelReference("m", "1"), TimeSpan.FromSeconds(word.End + 0.3)));
}
