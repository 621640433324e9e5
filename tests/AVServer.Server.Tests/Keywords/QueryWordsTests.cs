using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using AVServer.Contracts;
using AVServer.Server.Scoring;
using AVServer.Server.Tests.Kit;
using AVServer.TestKit;

namespace AVServer.Server.Tests.Keywords;

/// <summary>Words that one call brings by <c>?word=</c>; the pipeline is a fake.</summary>
[Trait("Category", "server")]
public sealed class QueryWordsTests
{
    private const string Two = "?word=hey%20marvin&word=view%20glass";

    [Fact]
    public async Task Socket_hears_its_own_words()
    {
        await using var server = await RunningServer.StartAsync();
        using var sender = await MediaSender.OpenAsync(server, "s", Two + "&events=true");
        await sender.SendAsync(0, "Own!!!");
        await sender.SendTextAsync("""{"type":"end"}""");
        var word = Assert.Single(await sender.ReceiveAllAsync(), message => message.GetProperty("type").GetString() == "wakeWord");
        Assert.Equal("hey marvin", word.GetProperty("keyword").GetString());
    }

    [Fact]
    public async Task Score_and_job_look_for_their_own_words()
    {
        await using var server = await RunningServer.StartAsync();
        using var scored = await server.Http.PostAsync(Routes.Score + Two, Wave());
        var report = (await scored.Content.ReadFromJsonAsync<ScoreReport>(ContractsJson.Options))!;
        Assert.Equal(["computer", "hey marvin", "view glass"], report.MaxPosterior.Keys);

        using var submitted = await server.Http.PostAsync(Routes.Score + Two + "&job=true", Wave());
        Assert.Equal(HttpStatusCode.Accepted, submitted.StatusCode);
        var job = (await submitted.Content.ReadFromJsonAsync<JobStatus>(ContractsJson.Options))!;
        await server.Part<JobStore>().Get(job.Id).Completion.WaitAsync(TestTimeout.Longest);
        var result = (await server.Http.GetFromJsonAsync<ScoreReport>($"{Routes.Jobs}/{job.Id}/result", ContractsJson.Options))!;
        Assert.Equal(["computer", "hey marvin", "view glass"], result.MaxPosterior.Keys);
    }

    [Theory]
    [InlineData("?word=no!")]
    [InlineData("?word=hey%20marvin&word=")]
    [InlineData("?word=a&word=b&word=c&word=d")]
    public async Task Bad_word_is_refused_before_media_is_taken(string query)
    {
        await using var server = await RunningServer.StartAsync(("Server:Limits:MaxWordsPerCall", "3"));
        server.Pipeline.Models = [.. server.Pipeline.Models, .. FakeKeywords.Models];

        using var sender = await MediaSender.ConnectAsync(server, "s", query);
        var fault = Assert.Single(await sender.ReceiveAllAsync());
        Assert.Equal(("fault", FaultCodes.BadKeyword), (fault.GetProperty("type").GetString(), fault.GetProperty("code").GetString()));
        Assert.Equal((4400, FaultCodes.BadKeyword), ((int?)sender.CloseStatus, sender.CloseReason));

        using var put = await server.Http.PutAsync("/media/s" + query, Wave());
        using var score = await server.Http.PostAsync(Routes.Score + query, Wave());
        using var job = await server.Http.PostAsync(Routes.Score + query + "&job=true", Wave());
        foreach (var answer in (HttpResponseMessage[])[put, score, job])
        {
            Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
            Assert.Equal(FaultCodes.BadKeyword, await ProblemAnswer.CodeOfAsync(answer));
        }
        Assert.Equal(0, server.Pipeline.Heard);
        Assert.Empty(await server.Part<JobStore>().ListAsync());
    }

    private static ByteArrayContent Wave() => new(new byte[5_000]) { Headers = { ContentType = new MediaTypeHeaderValue("audio/wav") } };
}
