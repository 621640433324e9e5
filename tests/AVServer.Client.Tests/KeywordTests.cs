using AVServer.Client.Tests.Kit;
using AVServer.Contracts;

namespace AVServer.Client.Tests;

/// <summary>Wake words that are given as text.</summary>
[Trait("Category", "server")]
public sealed class KeywordTests
{
    [Fact]
    public async Task Word_is_added_listed_found_and_deleted()
    {
        await using var server = await EchoServer.StartAsync();
        using var client = new AVServerClient(server.Address);
        var added = await client.AddKeywordAsync(new KeywordRequest("Hey Marvin", 0.25, Streams: ["kitchen"]));
        Assert.Equal(("hey marvin", 0.25), (added.Name, added.Request.FalseAlarmsPerHour));
        Assert.Equal(["kitchen"], added.Request.Streams);

        var listed = await client.GetKeywordsAsync();
        Assert.Equal(["computer", "hey marvin"], listed.Select(word => word.Keyword));
        Assert.Equal(added.Calibration.Threshold, listed[1].Details!.Calibration.Threshold);
        Assert.Equal("hey marvin", (await client.GetKeywordAsync("Hey Marvin")).Name);

        await client.DeleteKeywordAsync("hey marvin");
        Assert.Single(await client.GetKeywordsAsync());
        foreach (var ask in (Func<Task>[])[() => client.GetKeywordAsync("hey marvin"), () => client.DeleteKeywordAsync("hey marvin")])
            Assert.Equal(FaultCodes.NotFound, (await Assert.ThrowsAsync<ServerRefusedException>(ask)).Code);
    }

    [Fact]
    public async Task Recordings_are_sent_in_their_order_and_forgotten()
    {
        await using var server = await EchoServer.StartAsync();
        using var client = new AVServerClient(server.Address);
        await client.AddKeywordAsync(new KeywordRequest("hey marvin"));
        (string, Stream)[] recordings = [.. Enumerable.Range(1, 3).Select(i => ($"{i}.wav", (Stream)new MemoryStream(new byte[100 * i])))];
        var enrolled = await client.EnrolKeywordAsync("Hey Marvin", recordings);
        Assert.Equal([100, 200, 300], enrolled.Enrolment!.Recordings.Select(recording => recording.ByText));
        Assert.All(recordings, recording => Assert.True(recording.Item2.CanRead, "Expected a stream that stays the caller's."));

        using var bad = new MemoryStream("!"u8.ToArray());
        var refused = await Assert.ThrowsAsync<ServerRefusedException>(() => client.EnrolKeywordAsync("hey marvin", [("b.wav", bad)]));
        Assert.Equal((FaultCodes.BadKeyword, "Expected the word in b.wav."), (refused.Code, refused.Message));

        await client.DeleteKeywordRecordingsAsync("hey marvin");
        refused = await Assert.ThrowsAsync<ServerRefusedException>(() => client.DeleteKeywordRecordingsAsync("hey marvin"));
        Assert.Equal(FaultCodes.NotFound, refused.Code);
    }

    [Fact]
    public async Task Word_that_can_not_be_taken_is_refused_with_the_reason()
    {
        await using var server = await EchoServer.StartAsync();
        using var client = new AVServerClient(server.Address);
        var refused = await Assert.ThrowsAsync<ServerRefusedException>(() => client.AddKeywordAsync(new KeywordRequest("no!")));
        Assert.Equal((FaultCodes.BadKeyword, "Expected words, got 'no!'."), (refused.Code, refused.Message));

        refused = await Assert.ThrowsAsync<ServerRefusedException>(
            () => client.PublishAsync("s", SilentSound.Hello, SilentSound.Chunks(1), words: ["no!"]));
        Assert.Equal((FaultCodes.BadKeyword, "Expected words, got 'no!'."), (refused.Code, refused.Message));
        using var media = new MemoryStream(new byte[1000]);
        refused = await Assert.ThrowsAsync<ServerRefusedException>(() => client.ScoreAsync(media, "a.wav", words: ["no!"]));
        Assert.Equal(FaultCodes.BadKeyword, refused.Code);
    }

    [Fact]
    public async Task Stream_and_file_have_words_of_their_own()
    {
        await using var server = await EchoServer.StartAsync();
        using var client = new AVServerClient(server.Address);
        string[] words = ["hey marvin=HH EY & more", "view glass"];
        var heard = new List<StreamEvent>();
        await client.PublishAsync("s", SilentSound.Hello, SilentSound.Chunks(1), heard.Add, words: words);
        Assert.Equal(["computer", .. words], heard.OfType<WakeWordEvent>().Select(word => word.Keyword));

        using var media = new MemoryStream(new byte[1000]);
        Assert.Equal(["computer", .. words], (await client.ScoreAsync(media, "a.wav", words: words)).MaxPosterior.Keys);
    }
}
