using System.Buffers.Binary;
using System.Net;
using System.Net.Http.Json;
using AVServer.Contracts;
using AVServer.Pipeline;
using AVServer.Server.Storage.Clips;
using AVServer.Server.Storage.History;
using AVServer.Server.Tests.Kit;
using AVServer.TestKit;

namespace AVServer.Server.Tests.Storage.Clips;

/// <summary>The sound around wake words through the whole server; the model is one that hears loudness.</summary>
[Trait("Category", "server")]
public sealed class ClipTests : IDisposable
{
    private const int Rate = 16_000;

    private readonly TemporaryFolder _folder = new();

    private string Models => Path.Combine(_folder.Path, "models");

    private string Clips => Path.Combine(_folder.Path, "clips");

    public ClipTests() => new FakeSpotter { Centre = 16, Gain = 0.5f, Threshold = 0.8, RefractorySeconds = 1.5 }.Write(Models);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Clip_is_the_sound_from_before_the_word_to_after_it_to_the_sample()
    {
        await using var server = await StartAsync();
        var sent = LoudBurst.Make();

        var word = await SendAsync(server, "a", sent);
        await server.Part<ClipStore>().FlushAsync(default);

        var clip = Assert.Single((await server.Http.GetFromJsonAsync<ClipSummary[]>($"{Routes.Clips}?streamId=a", ContractsJson.Options))!);
        Assert.Equal(("a", word.Sequence), (clip.StreamId, clip.Sequence));
        Assert.Equal(word.At, clip.At, TimeSpan.FromMilliseconds(1));
        var file = await server.Http.GetByteArrayAsync(clip.Path);
        Assert.Equal(clip.Bytes, file.Length);
        Assert.Equal(Rate, BinaryPrimitives.ReadInt32LittleEndian(file.AsSpan(24)));
        var (first, last) = ((int)Math.Round((word.Start.TotalSeconds - 1) * Rate), (int)Math.Round((word.End.TotalSeconds + 0.5) * Rate));
        Assert.Equal(sent[(2 * first)..(2 * last)], file[44..]);
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(Clips, "a", clip.Name)));
    }

    [Fact]
    public async Task Clips_go_with_their_stream_and_others_stay()
    {
        await using var server = await StartAsync();
        await SendAsync(server, "a", LoudBurst.Make());
        await SendAsync(server, "b", LoudBurst.Make());

        using var deleted = await server.Http.DeleteAsync($"{Routes.EventHistory}?streamId=a");

        Assert.Equal(1, (await deleted.Content.ReadFromJsonAsync<HistoryDeletion>(ContractsJson.Options))!.Clips);
        var left = Assert.Single((await server.Http.GetFromJsonAsync<ClipSummary[]>(Routes.Clips, ContractsJson.Options))!);
        Assert.Equal("b", left.StreamId);
        Assert.False(Directory.Exists(Path.Combine(Clips, "a")));
        foreach (var wrong in (string[])[$"/api/clips/a/{left.Name}", "/api/clips/b/..%2F..%2Fhistory.db", "/api/clips/b/other.wav"])
            Assert.Equal(HttpStatusCode.NotFound, (await server.Http.GetAsync(wrong)).StatusCode);
    }

    [Fact]
    public async Task Clips_go_when_their_time_is_over_and_the_oldest_for_room()
    {
        var folder = new ClipFolder(Clips);
        folder.Prepare();
        var start = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
        for (var i = 0; i < 6; i++)
            await folder.WriteAsync(new EventClip(i % 2 == 0 ? "a" : "b", i + 1, start.AddHours(i), Rate, new short[1_000]), default);

        Assert.Equal(2, folder.DeleteExpired(start.AddHours(2), maxBytes: long.MaxValue));
        Assert.Equal([3, 4, 5, 6], folder.List().Select(clip => clip.Sequence));
        Assert.Equal(1, folder.DeleteExpired(start, maxBytes: 3 * 2_044));
        Assert.Equal([4, 6], folder.List("b").Select(clip => clip.Sequence));
        Assert.Equal([5], folder.List("a").Select(clip => clip.Sequence));
        Assert.Equal(2, folder.DeleteExpired(start, maxBytes: 2_044));
        Assert.False(Directory.Exists(Path.Combine(Clips, "a")));   // nothing is left in it
    }

    [Fact]
    public async Task What_a_killed_server_left_is_swept_at_the_start()
    {
        await using (var server = await StartAsync(("History:Clips:TimeToLive", "365.00:00:00")))
        {
            await SendAsync(server, "kept", LoudBurst.Make());
            await server.Part<HistoryRecorder>().FlushAsync(default);
            await server.Part<ClipStore>().FlushAsync(default);
            var removed = new EventClip("removed", 1, server.Part<TimeProvider>().GetUtcNow(), Rate, new short[100]);
            await server.Part<ClipStore>().Folder!.WriteAsync(removed, default);
        }
        var half = Path.Combine(Clips, "kept", "20260102T030405000Z-9.wav.part");
        await File.WriteAllBytesAsync(half, [1]);
        Directory.CreateDirectory(Path.Combine(Clips, "empty"));
        var foreign = Directory.CreateDirectory(Path.Combine(Clips, "not ours")).FullName;

        await using var again = await StartAsync(("History:Clips:TimeToLive", "365.00:00:00"));

        Assert.Equal("kept", Assert.Single(again.Part<ClipStore>().Folder!.List()).StreamId);
        Assert.False(File.Exists(half));
        Assert.False(Directory.Exists(Path.Combine(Clips, "removed")));
        Assert.False(Directory.Exists(Path.Combine(Clips, "empty")));
        Assert.True(Directory.Exists(foreign));
    }

    [Fact]
    public async Task No_sound_is_kept_unless_a_folder_is_named()
    {
        await using var server = await StartAsync(("History:Clips:Path", ""));
        await SendAsync(server, "a", LoudBurst.Make());
        Assert.Null(server.Part<ClipStore>().Folder);
        Assert.Equal(HttpStatusCode.NotFound, (await server.Http.GetAsync(Routes.Clips)).StatusCode);
        using var deleted = await server.Http.DeleteAsync($"{Routes.EventHistory}?streamId=a");
        Assert.Null((await deleted.Content.ReadFromJsonAsync<HistoryDeletion>(ContractsJson.Options))!.Clips);
        Assert.DoesNotContain(
            Directory.EnumerateFiles(_folder.Path, "*", SearchOption.AllDirectories),
            file => file.EndsWith(".wav", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("History:Provider", "", "History:Provider beside")]
    [InlineData("History:Clips:TimeToLive", "00:00:00", "TimeToLive")]
    [InlineData("History:Clips:Path", "/proc/clips", "History:Clips:Path '/proc/clips'")]
    public async Task Setting_that_can_not_be_stops_the_start(string setting, string value, string named)
    {
        var failure = await Assert.ThrowsAnyAsync<Exception>(() => StartAsync((setting, value)));
        Assert.Contains(named, failure.Message, StringComparison.Ordinal);
    }

    private async Task<RunningServer> StartAsync(params (string Key, string Value)[] settings)
    {
        var all = new Dictionary<string, string>
        {
            ["Runtime:ModelsPath"] = Models,
            ["History:Provider"] = "sqlite",
            ["History:Path"] = Path.Combine(_folder.Path, "history.db"),
            ["History:Clips:Path"] = Clips,
            ["History:Clips:After"] = "00:00:00.500",
        };
        foreach (var (key, value) in settings) all[key] = value;
        return await RunningServer.StartAsync(
            builder => builder.Services.AddPipeline(builder.Configuration), [.. all.Select(setting => (setting.Key, setting.Value))]);
    }

    private static async Task<WakeWordEvent> SendAsync(RunningServer server, string streamId, byte[] samples)
    {
        using var reading = server.Broker.Subscribe(new EventFilter(streamId, ["wakeWord"]));
        using var sender = await MediaSender.OpenAsync(server, streamId);
        for (var at = 0; at < samples.Length; at += 2_560)
            await sender.SendAsync(at / 2.0 / Rate, samples[at..Math.Min(at + 2_560, samples.Length)]);
        await sender.CloseAsync();
        return await reading.ReadAllAsync().OfType<WakeWordEvent>().FirstAsync();
    }
}
