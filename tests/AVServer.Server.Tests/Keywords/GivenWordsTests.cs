using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using AVServer.Contracts;
using AVServer.Pipeline;
using AVServer.Server.Tests.Kit;
using AVServer.TestKit;
using Microsoft.Extensions.DependencyInjection;

namespace AVServer.Server.Tests.Keywords;

/// <summary>Words that are given as text, with the shipped phone model; a person says one for which no model was trained.</summary>
[Trait("Category", "server")]
public sealed class GivenWordsTests : IDisposable
{
    private const int Rate = 16_000;
    private const int ChunkBytes = 2_560;
    private const string Word = "view glass";

    private readonly TemporaryFolder _folder = new();

    public GivenWordsTests()
    {
        new FakeSpotter { Centre = 30 }.Write(Models);
        TypedWordModels.Write(Models);
    }

    private string Models => Path.Combine(_folder.Path, "models");

    private string Kept => Path.Combine(_folder.Path, "data", "keywords.json");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Word_is_measured_and_is_there_again_after_a_restart()
    {
        KeywordDetails added;
        await using (var server = await StartAsync())
        {
            added = await AddAsync(server, new KeywordRequest("Hey Marvin", 0.25, 2, ["kitchen"]));
            Assert.Equal("hey marvin", added.Name);
            Assert.Contains(added.Pronunciations, way => way is { Phones: "HH EY M AA R V IH N", Source: "lexicon" });
            var table = added.Calibration;
            Assert.InRange(table.Threshold, 0.0001, 0.9999);
            Assert.True(table.Points.Count >= 3 && table.FillerHours >= 0.1, $"Expected a table of six minutes of speech, got {table}.");
            await AddAsync(server, new KeywordRequest(Word));
            using var removed = await server.Http.DeleteAsync($"{Routes.Keywords}/{Uri.EscapeDataString(Word)}");
            Assert.Equal(HttpStatusCode.NoContent, removed.StatusCode);
        }
        await using var again = await StartAsync();
        var word = Assert.Single(again.Part<IKeywordRegistry>().Keywords);
        Assert.Equal((added.Name, added.Calibration.Threshold), (word.Name, word.Calibration.Threshold));
        Assert.Equal((0.25, 2.0), (word.Request.FalseAlarmsPerHour, word.Request.RefractorySeconds));
        Assert.Equal(["kitchen"], word.Request.Streams);
    }

    [Theory]
    [InlineData("", 0.5, 1)]
    [InlineData("view glass", 0, 1)]
    [InlineData("view glass", 0.5, -1)]
    public async Task Word_that_can_not_be_taken_is_refused_with_the_registrys_reason(string text, double falseAlarms, double refractory)
    {
        await using var server = await StartAsync();
        var request = new KeywordRequest(text, falseAlarms, refractory);
        using var answer = await server.Http.PostAsJsonAsync(Routes.Keywords, request, ContractsJson.Options);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal(FaultCodes.BadKeyword, await ProblemAnswer.CodeOfAsync(answer));
        Assert.Contains("Expected", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [CorporaFact]
    public async Task Stream_that_is_open_finds_a_word_as_soon_as_it_is_given()
    {
        await using var server = await StartAsync();
        var sound = await PersonAsync();
        using var kitchen = await Talk.OpenAsync(server, "kitchen");
        var before = await kitchen.SayAsync(sound);
        Assert.Empty(kitchen.Words);
        await AddAsync(server, new KeywordRequest(Word, Streams: ["kit*"]));
        await AddAsync(server, new KeywordRequest("smart mirror"));
        var after = await kitchen.SayAsync(sound);
        await kitchen.EndAsync();
        var word = Assert.Single(kitchen.Words);
        Assert.Equal((Word, "phones-en"), (word.Keyword, word.Model.Name));
        Assert.InRange(word.Start.TotalSeconds, before, after);

        // Another stream is none of those that it is for.
        using var hall = await Talk.OpenAsync(server, "hall");
        await hall.SayAsync(sound);
        await hall.EndAsync();
        Assert.Empty(hall.Words);
    }

    [CorporaFact]
    public async Task Call_finds_its_own_words_and_those_that_are_given_meanwhile()
    {
        await using var server = await StartAsync();
        var sound = await PersonAsync();
        using var other = await Talk.OpenAsync(server, "s", "&word=smart%20mirror");
        await other.SayAsync(sound);
        await AddAsync(server, new KeywordRequest(Word));
        await other.SayAsync(sound);
        await other.EndAsync();
        Assert.Equal([Word], other.Words.Select(word => word.Keyword));
        using var removed = await server.Http.DeleteAsync($"{Routes.Keywords}/{Uri.EscapeDataString(Word)}");

        using var own = await Talk.OpenAsync(server, "s", "&word=View%20Glass");
        await own.SayAsync(sound);
        await own.EndAsync();
        Assert.Equal([Word], own.Words.Select(word => word.Keyword));

        using var scored = await server.Http.PostAsync(Routes.Score + "?word=view%20glass&fileName=a.opus", Recording());
        var report = (await scored.Content.ReadFromJsonAsync<ScoreReport>(ContractsJson.Options))!;
        Assert.Contains(Word, report.Events.OfType<WakeWordEvent>().Select(word => word.Keyword));
        Assert.True(report.MaxPosterior[Word] > 0.5f, $"Expected a score of the word, got {report.MaxPosterior[Word]}.");
        using var without = await server.Http.PostAsync(Routes.Score, Recording());
        Assert.DoesNotContain(
            Word,
            (await without.Content.ReadFromJsonAsync<ScoreReport>(ContractsJson.Options))!.Events.OfType<WakeWordEvent>()
                .Select(word => word.Keyword));
        Assert.Empty(server.Part<IKeywordRegistry>().Keywords);
    }

    private static string Person =>
        Path.Combine(TestPaths.Corpora!, "picovoice_wakeword", "view_glass", "02e881dc-ce15-4608-a145-472a886fa0b1.opus");

    private Task<RunningServer> StartAsync() => RunningServer.StartAsync(
        builder => builder.Services.AddPipeline(builder.Configuration),
        ("Runtime:ModelsPath", Models), ("Keywords:Path", Kept), ("Keywords:Shipped", "false"));

    private static async Task<KeywordDetails> AddAsync(RunningServer server, KeywordRequest request)
    {
        using var answer = await server.Http.PostAsJsonAsync(Routes.Keywords, request, ContractsJson.Options);
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        return (await answer.Content.ReadFromJsonAsync<KeywordDetails>(ContractsJson.Options))!;
    }

    // A person who says the word once, with silence around it, as 16-bit samples.
    private async Task<byte[]> PersonAsync()
    {
        var raw = Path.Combine(_folder.Path, "person.raw");
        string[] form = ["-af", "adelay=500:all=1,apad=pad_dur=1.5", "-ac", "1", "-ar", "16000", "-f", "s16le"];
        using var ffmpeg = Process.Start("ffmpeg", ["-nostdin", "-v", "error", "-y", "-i", Person, .. form, raw]);
        await ffmpeg.WaitForExitAsync();
        Assert.Equal(0, ffmpeg.ExitCode);
        return await File.ReadAllBytesAsync(raw);
    }

    private static ByteArrayContent Recording() =>
        new(File.ReadAllBytes(Person)) { Headers = { ContentType = new MediaTypeHeaderValue("audio/ogg") } };

    /// <summary>A stream of a socket, sent and heard in turns.</summary>
    private sealed class Talk(MediaSender sender) : IDisposable
    {
        private readonly List<StreamEvent> _events = [];
        private double _end;

        // The fake spotter beside hears every loud word.
        public IEnumerable<WakeWordEvent> Words => _events.OfType<WakeWordEvent>().Where(word => word.Model.Name == "phones-en");

        public static async Task<Talk> OpenAsync(RunningServer server, string id, string query = "") =>
            new(await MediaSender.OpenAsync(server, id, "?events=true&telemetry=true" + query));

        /// <summary>Sends sound, and waits until it has been heard.</summary>
        /// <returns>Media time of its end in seconds.</returns>
        public async Task<double> SayAsync(byte[] samples)
        {
            for (var at = 0; at < samples.Length; at += ChunkBytes)
                await sender.SendAsync(_end + (at / 2.0 / Rate), samples[at..Math.Min(at + ChunkBytes, samples.Length)]);
            _end += samples.Length / 2.0 / Rate;
            while (!_events.OfType<TelemetryEvent>().Any(telemetry => telemetry.Time.TotalSeconds > _end - 0.5))
                Take((await sender.ReceiveAsync())!.Value);
            return _end;
        }

        public async Task EndAsync()
        {
            await sender.SendTextAsync("""{"type":"end"}""");
            foreach (var message in await sender.ReceiveAllAsync()) Take(message);
        }

        public void Dispose() => sender.Dispose();

        private void Take(JsonElement message) => _events.Add(message.Deserialize<StreamEvent>(ContractsJson.Options)!);
    }
}
