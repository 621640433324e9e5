using System.Net.Http.Headers;
using System.Net.Http.Json;
using AVServer.Contracts;
using AVServer.Pipeline;
using AVServer.Server.Tests.Kit;
using AVServer.TestKit;
using Microsoft.Extensions.Options;

namespace AVServer.Server.Tests;

/// <summary>Emotion from the configuration to the wire, with the real pipeline over made-up talk and a model that hears loudness.</summary>
[Trait("Category", "server")]
public sealed class EmotionServerTests : IDisposable
{
    private const int Rate = 16_000;

    private readonly TemporaryFolder _models = new();

    public EmotionServerTests()
    {
        new FakeSpotter().Write(_models.Path);
        new FakeEmotion { Centre = -1.5f, Gain = 2 }.WriteWithVoiceActivity(_models.Path);
    }

    public void Dispose() => _models.Dispose();

    [Theory]
    [InlineData("workplace")]
    [InlineData("education")]
    public async Task Server_does_not_start_for_a_purpose_that_is_refused(string purpose)
    {
        var thrown = await Assert.ThrowsAsync<OptionsValidationException>(() => StartAsync(("Emotion:Purpose", purpose)));
        Assert.Contains("Art. 5(1)(f)", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Server_without_a_purpose_says_that_emotion_is_off()
    {
        await using var server = await StartAsync();

        var models = await server.Http.GetFromJsonAsync<ModelSummary[]>(Routes.Models, ContractsJson.Options);
        var emotion = Assert.Single(models!, model => model.Kind == "emotion");
        Assert.False(emotion.Active);
        Assert.Contains("Emotion:Purpose", emotion.Note, StringComparison.Ordinal);
        Assert.Contains(server.Log.Lines, line => line.Contains("Emotion is off", StringComparison.Ordinal));
        using var answer = await server.Http.PostAsync(Routes.Score, File(Talk()));
        var report = await answer.Content.ReadFromJsonAsync<ScoreReport>(ContractsJson.Options);
        Assert.Null(report!.Segments);
        Assert.DoesNotContain(report.Events, happened => happened is EmotionEvent);
    }

    [Fact]
    public async Task Emotion_reaches_sockets_hub_server_sent_events_and_files_alike()
    {
        await using var server = await StartAsync(("Emotion:Purpose", "test"), ("Speech:Transcriber", "client"));
        var talk = Talk();
        using var reading = server.Broker.Subscribe(new EventFilter("s", ["emotion", "speech"]));
        using var sender = await MediaSender.OpenAsync(server, "s", "?events=true");
        await sender.SendTextAsync("""{"type":"text","text":"what a day","start":1.1,"end":2.9}""");
        for (var at = 0; at < talk.Length; at += 2_560)
            await sender.SendAsync(at / 2.0 / Rate, talk[at..Math.Min(at + 2_560, talk.Length)]);
        await sender.SendTextAsync("""{"type":"end"}""");

        var onSocket = await sender.ReceiveAllAsync();

        var final = Assert.Single(onSocket, e => e.GetProperty("type").GetString() == "emotion" && e.GetProperty("final").GetBoolean());
        Assert.Equal("what a day", final.GetProperty("text").GetString());
        Assert.Contains("not of what the speaker feels", final.GetProperty("notice").GetString(), StringComparison.Ordinal);
        Assert.Equal(
            "what a day", Assert.Single(onSocket, e => e.GetProperty("type").GetString() == "speech").GetProperty("text").GetString());

        var subscribed = await reading.ReadAllAsync().OfType<EmotionEvent>().FirstAsync(emotion => emotion.Final);
        Assert.Equal(final.GetProperty("sequence").GetInt64(), subscribed.Sequence);

        using var answer = await server.Http.PostAsync(Routes.Score, File(talk));
        var report = await answer.Content.ReadFromJsonAsync<ScoreReport>(ContractsJson.Options);
        var segment = Assert.Single(report!.Segments!);
        Assert.Equal((subscribed.Start, subscribed.End), (segment.Start, segment.End));
        Assert.Equal(FakeEmotion.Labels, segment.Posteriors!.Keys);
        // nothing of a person in the log
        Assert.DoesNotContain(server.Log.Lines, line => line.Contains("what a day", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Text_that_nobody_wants_closes_the_stream_with_the_reason()
    {
        await using var server = await StartAsync(("Emotion:Purpose", "test"));
        using var sender = await MediaSender.OpenAsync(server, "s");
        await sender.SendTextAsync("""{"type":"text","text":"hello","start":0,"end":1}""");

        var fault = Assert.Single(await sender.ReceiveAllAsync());
        Assert.Equal(FaultCodes.BadChunk, fault.GetProperty("code").GetString());
        Assert.Contains("Speech:Transcriber", fault.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Description_of_the_interface_knows_both_events()
    {
        await using var server = await StartAsync();

        var description = await server.Http.GetStringAsync(Routes.OpenApi);

        Assert.Contains("EmotionEvent", description, StringComparison.Ordinal);
        Assert.Contains("SpeechEvent", description, StringComparison.Ordinal);
        Assert.Contains("segments", description, StringComparison.Ordinal);
    }

    private Task<RunningServer> StartAsync(params (string Key, string Value)[] settings) =>
        RunningServer.StartAsync(
            builder => builder.Services.AddPipeline(builder.Configuration), [("Runtime:ModelsPath", _models.Path), .. settings]);

    /// <summary>Four seconds, the middle two of them speech, 16-bit PCM.</summary>
    private static byte[] Talk()
    {
        var speech = SyntheticSpeech.Create(8, TimeSpan.FromSeconds(2));
        var pcm = new byte[4 * Rate * sizeof(short)];
        for (var i = 0; i < speech.Length; i++)
            System.Buffers.Binary.BinaryPrimitives.WriteInt16LittleEndian(
                pcm.AsSpan((Rate + i) * sizeof(short)), (short)(speech[i] * 32767));
        return pcm;
    }

    private static ByteArrayContent File(byte[] pcm)
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        writer.Write("RIFF"u8);
        writer.Write(36 + pcm.Length);
        writer.Write("WAVEfmt "u8);
        writer.Write(16);
        writer.Write((short)1);
        writer.Write((short)1);
        writer.Write(Rate);
        writer.Write(Rate * 2);
        writer.Write((short)2);
        writer.Write((short)16);
        writer.Write("data"u8);
        writer.Write(pcm.Length);
        writer.Write(pcm);
        var content = new ByteArrayContent(stream.ToArray());
        content.Headers.ContentType = new MediaTypeHeaderValue("audio/wav");
        return content;
    }
}
