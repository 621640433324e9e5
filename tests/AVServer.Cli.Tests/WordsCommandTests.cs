using System.CommandLine;
using System.Text.Json;
using AVServer.Client.Tests.Kit;
using AVServer.Contracts;

namespace AVServer.Cli.Tests;

/// <summary><c>av words</c>, and the words of a call, against a server whose words need no model.</summary>
[Trait("Category", "server")]
public sealed class WordsCommandTests
{
    [Fact]
    public async Task Word_is_added_listed_shown_and_removed()
    {
        await using var server = await EchoServer.StartAsync();
        var (code, added, error) = await CommandRun.OfAsync(
            server, WordsCommand.Create(), "add", "Hey Marvin", "--pronunciation", "HH EY M AA", "--pronunciation", "HH EY",
            "--false-alarms", "0.25", "--refractory", "2", "--stream", "kitchen", "--stream", "hall-*");
        Assert.Equal((0, ""), (code, error));
        var request = Assert.Single(added).GetProperty("request").Deserialize<KeywordRequest>(ContractsJson.Options)!;
        Assert.Equal(("Hey Marvin=HH EY M AA, HH EY", 0.25, 2.0), (request.Text, request.FalseAlarmsPerHour, request.RefractorySeconds));
        Assert.Equal(["kitchen", "hall-*"], request.Streams);

        var (_, listed, _) = await CommandRun.OfAsync(server, WordsCommand.Create(), "list");
        Assert.Equal(["computer", "hey marvin"], listed.Select(word => word.GetProperty("keyword").GetString()));
        var (_, shown, _) = await CommandRun.OfAsync(server, WordsCommand.Create(), "show", "hey marvin");
        Assert.Equal(added[0].GetRawText(), Assert.Single(shown).GetRawText());

        Assert.Equal(0, (await CommandRun.OfAsync(server, WordsCommand.Create(), "remove", "hey marvin")).Code);
        var (gone, _, reason) = await CommandRun.OfAsync(server, WordsCommand.Create(), "remove", "hey marvin");
        Assert.Equal(1, gone);
        Assert.StartsWith("av: Expected the name of a wake word", reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Word_is_enrolled_and_one_that_is_refused_its_recordings_is_not_left_behind()
    {
        await using var server = await EchoServer.StartAsync();
        using var folder = new TestKit.TemporaryFolder();
        string[] files = [.. new[] { "a.wav", "b.wav", "c.wav" }.Select(name => Path.Combine(folder.Path, name))];
        foreach (var file in files) await File.WriteAllBytesAsync(file, new byte[100]);
        var (code, printed, summary) = await CommandRun.OfAsync(server, WordsCommand.Create(), ["enrol", "Hey Marvin", .. files]);
        Assert.Equal(0, code);
        Assert.Equal(3, Assert.Single(printed).GetProperty("enrolment").GetProperty("recordings").GetArrayLength());
        const string Found = "av: hey marvin: of 3 recordings 3 are found by text alone, 3 with the help of the others";
        Assert.StartsWith(Found, summary, StringComparison.Ordinal);

        await File.WriteAllTextAsync(files[1], "!");
        foreach (var word in (string[])["hey marvin", "view glass"])
        {
            var (refused, nothing, reason) = await CommandRun.OfAsync(server, WordsCommand.Create(), ["enrol", word, .. files]);
            Assert.Equal((1, "av: Expected the word in b.wav."), (refused, reason.Trim()));
            Assert.Empty(nothing);
        }
        var (_, listed, _) = await CommandRun.OfAsync(server, WordsCommand.Create(), "list");
        Assert.Equal(["computer", "hey marvin"], listed.Select(word => word.GetProperty("keyword").GetString()));
        Assert.Equal(0, (await CommandRun.OfAsync(server, WordsCommand.Create(), "forget", "hey marvin")).Code);
        Assert.Equal(1, (await CommandRun.OfAsync(server, WordsCommand.Create(), "forget", "hey marvin")).Code);
        var (few, _, howMany) = await CommandRun.OfAsync(server, WordsCommand.Create(), "enrol", "hey marvin", files[0], files[2]);
        string[] withNone = ["enrol", "hey marvin", .. files, Path.Combine(folder.Path, "none.wav")];
        var (missing, _, what) = await CommandRun.OfAsync(server, WordsCommand.Create(), withNone);
        Assert.Equal((1, 1), (few, missing));
        Assert.Contains("expected 3 to 10 recordings, got 2", howMany, StringComparison.Ordinal);
        Assert.Contains("found nothing at", what, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Warnings_and_reasons_go_to_standard_error()
    {
        await using var server = await EchoServer.StartAsync();
        var (code, added, warnings) = await CommandRun.OfAsync(server, WordsCommand.Create(), "add", "bob");
        Assert.Equal((0, "av: bob: The word is short."), (code, warnings.Trim()));
        Assert.Single(added);
        var (refused, nothing, reason) = await CommandRun.OfAsync(server, WordsCommand.Create(), "add", "no!");
        Assert.Equal((1, "av: Expected words, got 'no!'."), (refused, reason.Trim()));
        Assert.Empty(nothing);
        var (twice, _, why) = await CommandRun.OfAsync(server, WordsCommand.Create(), "add", "marvin=M AA", "--pronunciation", "M AA");
        Assert.Equal(1, twice);
        Assert.Contains("got both", why, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Score_looks_for_words_of_its_own_and_a_bad_one_ends_the_run()
    {
        await using var server = await EchoServer.StartAsync();
        using var folder = new TestKit.TemporaryFolder();
        string[] files = [Path.Combine(folder.Path, "a.wav"), Path.Combine(folder.Path, "b.wav")];
        foreach (var file in files) await File.WriteAllBytesAsync(file, new byte[100]);
        var (code, lines, _) = await CommandRun.OfAsync(
            server, ScoreFilesCommand.Create(), [.. files, "--word", "hey marvin", "--word", "view glass"]);
        Assert.Equal((0, 2), (code, lines.Count));
        Assert.All(lines, line => Assert.Equal(
            ["computer", "hey marvin", "view glass"], line.GetProperty("maxPosterior").EnumerateObject().Select(word => word.Name)));

        var (refused, none, reason) = await CommandRun.OfAsync(server, ScoreFilesCommand.Create(), [.. files, "--word", "no!"]);
        Assert.Equal((1, "av: Expected words, got 'no!'."), (refused, reason.Trim().Split('\n')[^1]));
        Assert.Empty(none);
    }

    [Fact]
    public async Task Score_only_hears_where_it_is_told_to()
    {
        await using var server = await EchoServer.StartAsync();
        using var folder = new TestKit.TemporaryFolder();
        var file = Path.Combine(folder.Path, "a.mkv");
        await File.WriteAllBytesAsync(file, new byte[100]);
        var (seen, looked, _) = await CommandRun.OfAsync(server, ScoreFilesCommand.Create(), file);
        var (heard, listened, _) = await CommandRun.OfAsync(server, ScoreFilesCommand.Create(), file, "--no-video");
        Assert.Equal((0, 0), (seen, heard));
        Assert.False(looked[0].TryGetProperty("warnings", out _));
        Assert.Equal("heardOnly", listened[0].GetProperty("warnings")[0].GetProperty("code").GetString());
    }

    [Fact]
    public async Task Score_without_a_server_says_what_a_word_needs()
    {
        using var folder = new TestKit.TemporaryFolder();
        new TestKit.FakeSpotter().Write(Path.Combine(folder.Path, "models"));
        var file = Path.Combine(folder.Path, "a.wav");
        await File.WriteAllBytesAsync(file, new byte[100]);
        using var output = new StringWriter();
        using var error = new StringWriter();
        var code = await ScoreFilesCommand.Create()
            .Parse(["--local", "--models-path", Path.Combine(folder.Path, "models"), "--word", "hey marvin", file])
            .InvokeAsync(new InvocationConfiguration { Output = output, Error = error });
        Assert.Equal(1, code);
        Assert.Contains("av: Expected a phone model", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stream_hears_its_own_words()
    {
        await using var server = await EchoServer.StartAsync();
        using var folder = new TestKit.TemporaryFolder();
        var file = Path.Combine(folder.Path, "a.wav");
        string[] tone = ["-nostdin", "-v", "error", "-f", "lavfi", "-i", "sine=duration=0.1", file];
        using (var ffmpeg = System.Diagnostics.Process.Start("ffmpeg", tone)) await ffmpeg.WaitForExitAsync();
        var (code, events, error) = await CommandRun.OfAsync(server, StreamCommand.Create(), file, "--fast", "--word", "hey marvin");
        Assert.True(code == 0, error);
        var words = events.Where(happened => happened.GetProperty("type").GetString() == "wakeWord");
        Assert.Contains("hey marvin", words.Select(word => word.GetProperty("keyword").GetString()));
    }
}
