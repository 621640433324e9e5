using System.Net.Http.Headers;
using System.Net.Http.Json;
using AVServer.Contracts;
using AVServer.Pipeline;
using AVServer.Pipeline.Tests.Video;
using AVServer.Server.Tests.Kit;
using AVServer.TestKit;

namespace AVServer.Server.Tests.Ingest;

/// <summary>A talking face by every way in; the model is one that hears loudness and is told of lips.</summary>
[Trait("Category", "slow")]
public sealed class VideoIngestTests : IDisposable
{
    private readonly TemporaryFolder _models = new();
    private readonly GridMedia _media = new();

    public VideoIngestTests() => new FakeAudioVisual { AudioCentre = 1, Gain = 2 }.WriteWithFaceModels(_models.Path);

    public void Dispose()
    {
        _media.Dispose();
        _models.Dispose();
    }

    [CorporaFact]
    public async Task File_body_and_socket_give_the_same_word_with_lips()
    {
        await using var server = await StartAsync();
        var path = GridMedia.Clip("s2");
        var bytes = await File.ReadAllBytesAsync(path);

        using var scored = await server.Http.PostAsync(Routes.Score + "?posteriors=true&fileName=clip.mkv", Content(bytes));
        var report = await scored.Content.ReadFromJsonAsync<ScoreReport>(ContractsJson.Options);
        var word = Assert.Single(report!.Events.OfType<WakeWordEvent>());
        Assert.Equal(Modality.AudioVisual, word.Modality);
        Assert.Contains(report.Events, happened => happened is FaceEvent { Visible: true, Quality: LipQuality.Good });
        Assert.Contains(report.Posteriors!, curve => curve.Stage == "fake-av/audioVisual");

        using var reading = server.Broker.Subscribe(new EventFilter("body", ["wakeWord", "face", "closed"]));
        using var put = await server.Http.PutAsync("/media/body", Content(bytes));
        Assert.True(put.IsSuccessStatusCode);
        var byBody = new List<StreamEvent>();
        await foreach (var happened in reading.ReadAllAsync())
        {
            byBody.Add(happened);
            if (happened is ClosedEvent) break;
        }
        AssertSame(word, Assert.Single(byBody.OfType<WakeWordEvent>()));
        Assert.Equal(
            report.Events.OfType<FaceEvent>().Select(face => (face.Time, face.Box)),
            byBody.OfType<FaceEvent>().Select(face => (face.Time, face.Box)));

        using var sender = await MediaSender.OpenAsync(server, "socket", "?events=true", """{"protocol":1,"container":"matroska"}""");
        foreach (var chunk in bytes.Chunk(20_000)) await sender.SendAsync(0, chunk, MediaKind.Container);
        await sender.SendTextAsync("""{"type":"end"}""");
        var bySocket = Assert.Single(await sender.ReceiveAllAsync(), e => e.GetProperty("type").GetString() == "wakeWord");
        Assert.Equal(
            ("audioVisual", word.End.TotalSeconds),
            (bySocket.GetProperty("modality").GetString(), bySocket.GetProperty("end").GetDouble()));
    }

    [CorporaFact]
    public async Task Camera_over_the_socket_gives_faces_and_a_word_with_lips()
    {
        await using var server = await StartAsync();
        const string Hello =
            """{"protocol":1,"audio":{"format":"pcm_f32le","sampleRate":16000,"channels":1},"video":{"format":"jpeg","fps":25}}""";
        using var sender = await MediaSender.OpenAsync(server, "camera", "?events=true&telemetry=true", Hello);

        foreach (var chunk in await _media.AsCameraAsync(GridMedia.Clip("s2")))
            await sender.SendAsync(chunk.Time.TotalSeconds, chunk.Payload.ToArray(), chunk.Kind);
        await sender.SendTextAsync("""{"type":"end"}""");
        var events = await sender.ReceiveAllAsync();

        Assert.Contains(events, e => e.GetProperty("type").GetString() == "face" && e.GetProperty("visible").GetBoolean());
        Assert.Equal(
            "audioVisual", Assert.Single(events, e => e.GetProperty("type").GetString() == "wakeWord").GetProperty("modality").GetString());
        Assert.Equal(["fake-av"], events[0].GetProperty("models").EnumerateArray().Select(model => model.GetProperty("name").GetString()));
    }

    [CorporaFact]
    public async Task Audio_visual_model_is_listed_with_its_keyword()
    {
        await using var server = await StartAsync();

        var models = await server.Http.GetFromJsonAsync<ModelSummary[]>(Routes.Models, ContractsJson.Options);
        var model = Assert.Single(models!, model => model.Name == "fake-av");

        Assert.Equal(("audioVisualSpotter", true, 1.0), (model.Kind, model.Active, model.FalseAlarmsPerHour));
        Assert.Equal(["please"], model.Keywords);
        Assert.Equal(0.8f, model.Threshold!.Value, 1e-6f);
        Assert.Contains("please", await server.Http.GetStringAsync(Routes.Keywords), StringComparison.Ordinal);
    }

    // No picture may be lost, however busy the machine is: the tests compare.
    private Task<RunningServer> StartAsync() => RunningServer.StartAsync(
        builder => builder.Services.AddPipeline(builder.Configuration),
        ("Runtime:ModelsPath", _models.Path), ("Pipeline:DropLatePictures", "false"), ("Pipeline:AudioVisual", "true"));

    private static void AssertSame(WakeWordEvent expected, WakeWordEvent got)
    {
        Assert.Equal(
            (expected.Keyword, expected.Start, expected.End, expected.DetectedAt, expected.Modality),
            (got.Keyword, got.Start, got.End, got.DetectedAt, got.Modality));
        Assert.All(expected.Scores, score => Assert.Equal(score.Value, got.Scores[score.Key], 1e-5f));
    }

    private static ByteArrayContent Content(byte[] bytes) =>
        new(bytes) { Headers = { ContentType = new MediaTypeHeaderValue("video/x-matroska") } };
}
