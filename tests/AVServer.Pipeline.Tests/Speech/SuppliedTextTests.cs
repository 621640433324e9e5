using System.Text;
using AVServer.Contracts;

namespace AVServer.Pipeline.Tests.Speech;

/// <summary>Words that the client sends beside its sound.</summary>
[Trait("Category", "unit")]
public sealed class SuppliedTextTests
{
    private static readonly MediaHello Hello = new(MediaHello.CurrentProtocol, new AudioFormat("pcm_f32le"));
    private static readonly float[] Samples = Talk.Create(8, 8, (2, 3));

    [Fact]
    public async Task Text_of_an_utterance_is_told_and_read_by_the_final_estimate()
    {
        using var test = WithClient();

        var with = await RunAsync(
            test, (5.1, new TextMessage("what a wonderful day", TimeSpan.FromSeconds(2.2), TimeSpan.FromSeconds(4.9))));
        var without = await RunAsync(test);

        var speech = Assert.Single(with.OfType<SpeechEvent>());
        Assert.Equal(
            ("what a wonderful day", 2.2, 4.9, null, null),
            (speech.Text, speech.Start.TotalSeconds, speech.End.TotalSeconds, speech.Words, speech.Model));
        Assert.Equal("what a wonderful day", Final(with).Text);
        Assert.Null(Final(without).Text);
        Assert.NotEqual(Final(without).Posteriors["happy"], Final(with).Posteriors["happy"]);
    }

    [Fact]
    public async Task Text_is_waited_for_by_media_time_and_told_even_when_it_is_too_late()
    {
        using var test = WithClient();
        var end = Final(await RunAsync(test)).EstimatedAt.TotalSeconds;
        var text = new TextMessage("hello", TimeSpan.FromSeconds(2.2), TimeSpan.FromSeconds(4.9));

        var soon = await RunAsync(test, (end + 0.2, text));
        var late = await RunAsync(test, (end + 1, text));

        Assert.Equal("hello", Final(soon).Text);
        Assert.Null(Final(late).Text);
        Assert.Equal("hello", Assert.Single(late.OfType<SpeechEvent>()).Text);
    }

    [Fact]
    public async Task Text_of_another_time_belongs_to_no_utterance()
    {
        using var test = WithClient();
        var events = await RunAsync(
            test, (0.5, new TextMessage("before", TimeSpan.FromSeconds(0), TimeSpan.FromSeconds(0.4))),
            (5, new TextMessage("now", TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(5))));

        Assert.Equal("now", Final(events).Text);
    }

    [Theory]
    [InlineData("no json")]
    [InlineData("null")]
    [InlineData("""{"type":"text","text":"","start":0,"end":1}""")]
    [InlineData("""{"type":"text","text":null,"start":0,"end":1}""")]
    [InlineData("""{"type":"text","text":"hello","start":-1,"end":1}""")]
    [InlineData("""{"type":"text","text":"hello","start":2,"end":1}""")]
    [InlineData("""{"type":"text","text":"hello","start":0,"end":1000}""")]
    [InlineData("""{"type":"text","text":"hello","start":0}""")]
    [InlineData("""{"type":"text","text":"hello","start":"now","end":"later"}""")]
    public async Task Text_that_is_none_is_a_fault_that_shows_how_it_should_be(string json)
    {
        using var test = WithClient();
        var events = await test.RunAsync(Hello, One(new MediaChunk(MediaKind.Text, TimeSpan.Zero, Encoding.UTF8.GetBytes(json))));

        var fault = Assert.Single(events.OfType<FaultEvent>());
        Assert.Equal(FaultCodes.BadChunk, fault.Code);
        Assert.Contains("\"type\":\"text\"", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Text_for_a_server_that_takes_none_is_a_fault_that_names_the_setting()
    {
        using var test = PipelineUnderTest.WithEmotion(new FakeTranscriber());
        var events = await test.RunAsync(Hello, One(new TextMessage("hello", TimeSpan.Zero, TimeSpan.FromSeconds(1)).ToChunk()));

        Assert.Contains("Speech:Transcriber", Assert.Single(events.OfType<FaultEvent>()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Text_works_without_emotion()
    {
        using var test = PipelineUnderTest.WithEmotion(
            purpose: null, settings: [("Speech:Transcriber", "client"), ("Speech:Patience", "00:00:00.300")]);
        var events = await RunAsync(test, (1, new TextMessage("hello", TimeSpan.Zero, TimeSpan.FromSeconds(1))));

        Assert.Equal("hello", Assert.Single(events.OfType<SpeechEvent>()).Text);
        Assert.Empty(events.OfType<EmotionEvent>());
        Assert.Equal("client", test.Pipeline.Transcriber);
    }

    private static PipelineUnderTest WithClient() =>
        PipelineUnderTest.WithEmotion(settings: [("Speech:Transcriber", "client"), ("Speech:Patience", "00:00:00.300")]);

    private static EmotionEvent Final(List<StreamEvent> events) => Assert.Single(events.OfType<EmotionEvent>(), emotion => emotion.Final);

    private static Task<List<StreamEvent>> RunAsync(PipelineUnderTest test, params (double At, TextMessage Text)[] texts)
    {
        return test.RunAsync(Hello, Chunks());

        async IAsyncEnumerable<MediaChunk> Chunks()
        {
            var rest = new Queue<(double At, TextMessage Text)>(texts);
            await foreach (var chunk in PipelineUnderTest.Chunks(Samples, () => 1280, Talk.Rate))
            {
                while (rest.Count > 0 && rest.Peek().At <= chunk.Time.TotalSeconds) yield return rest.Dequeue().Text.ToChunk();
                yield return chunk;
            }
        }
    }

    private static async IAsyncEnumerable<MediaChunk> One(MediaChunk chunk)
    {
        await Task.Yield();
        yield return chunk;
    }
}
